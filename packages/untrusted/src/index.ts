export { resolveInside, type InsideOptions } from './resolve-inside.ts';
export { readTextFile, type TextFileOptions } from './read-text-file.ts';
export { composeYaml, yamlValue } from './compose-yaml.ts';
export { withinTime } from './within-time.ts';
export { BoundedRegExp } from './bounded-regexp.ts';
export { evaluateTemplate, templateGlobals } from './bounded-interpreter.ts';
export {
  Environment,
  parseTemplate,
  plainValue,
  runtimeFunction,
  runtimeValue,
  type RuntimeValue,
  type TemplateEnvironment,
  type TemplateNode,
  type TemplateProgram,
} from './jinja-engine.ts';
