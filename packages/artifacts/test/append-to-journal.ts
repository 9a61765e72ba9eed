import { digestOfJson, openStore } from '@quantloop/artifacts';

const [root = '', stage = '', count = ''] = process.argv.slice(2);
const { journal } = await openStore({ root });
for (let blocks = 0; blocks < Number(count); blocks++) {
  await journal.append({ key: digestOfJson(stage), stage, event: 'resumed', blocks });
}
process.disconnect();
