export { createRefusals, type Refusal, type Refusals } from './refusals.ts';
