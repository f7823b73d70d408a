import { held } from '../bars.ts';
import { startClientProcess } from '../clients/client-process.ts';
import type { CountedRequests } from '../clients/idle-day-process.ts';
import type { Figure } from '../report.ts';
import { round, sum } from '../stats.ts';
import type { SuiteRun } from '../suite.ts';

/** Requests of an idle device in a day: counted while a real agent lives through it on a clock that is moved. */
export async function measureIdleDay(run: SuiteRun): Promise<Figure[]> {
  const hours = hoursOf(run);
  await using client = await startClientProcess('idle-day-process.ts');
  const counted = await client.call<CountedRequests>('count', { hours });
  for (const [name, count] of Object.entries(counted)) run.say(`${count} × ${name} in ${hours} h`);
  const perDay = (sum(Object.values(counted)) / hours) * 24;
  return [
    {
      suite: 'agent',
      what: `requests of an idle device in a day, counted over ${hours} h of moved time`,
      value: round(perDay),
      unit: '',
      better: 'less',
      bar: held('requestsPerIdleDay', perDay),
    },
  ];
}

export function hoursOf(run: SuiteRun): number {
  return run.isQuick ? 4 : 24;
}
