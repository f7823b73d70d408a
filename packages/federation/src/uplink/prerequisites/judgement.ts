import type { Prerequisite } from '@moorline/contracts/admin';

export interface Judgement {
  readonly status: Prerequisite['status'];
  readonly evidence: string;
}

export const pass = (evidence: string): Judgement => ({ status: 'pass', evidence });
export const warn = (evidence: string): Judgement => ({ status: 'warn', evidence });
export const fail = (evidence: string): Judgement => ({ status: 'fail', evidence });
export const notApplicable = (evidence: string): Judgement => ({
  status: 'not applicable',
  evidence,
});
