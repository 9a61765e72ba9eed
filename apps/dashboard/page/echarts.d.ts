// The bundle that the report uses, too; it has no types of its own.
declare module 'echarts/dist/echarts.common.js' {
  export { init } from 'echarts';
}
