/** Quantizes in a process of its own, and prints its peak resident set in bytes. Arguments: source, target, recipe. */
import { Recipe } from '@quantloop/core';
import { quantizeFolder } from '@quantloop/quantize';
import { CHAIN_SEQUENCES } from './chain-sequences.ts';

const [source, target, recipe] = process.argv.slice(2) as [string, string, string];
const calibration = { sequences: CHAIN_SEQUENCES };
await quantizeFolder({ source, target, recipe: Recipe.parse(JSON.parse(recipe)), calibration });
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
