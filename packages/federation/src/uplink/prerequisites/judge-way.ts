import { FEDERATION_PROTOCOL } from '@moorline/contracts/federation';
import { rfc3339 } from '@moorline/kernel';
import type { ProbeStage } from '../endpoints/probe.ts';
import type { Survey, SurveyedEndpoint } from '../endpoints/survey.ts';
import type { PrerequisiteId } from './catalogue.ts';
import type { Facts } from './facts.ts';
import { fail, type Judgement, notApplicable, pass, warn } from './judgement.ts';

/** What is judged on the way to the tenant, and at its end. */
export type WayChecks = Extract<
  PrerequisiteId,
  | 'protocolVersion'
  | 'clock'
  | 'nameResolution'
  | 'tcp'
  | 'proxy'
  | 'tls'
  | 'tlsInterception'
  | 'webSocket'
  | 'idleConnection'
>;

const MOST_APART_MS = 60_000;
/** Beyond this the site refuses what the tenant asks for. */
const RELAY_APART_MS = 30_000;
/** Stages in the order in which a connection comes about. */
const ORDER: readonly ProbeStage[] = [
  'nameResolution',
  'proxy',
  'connect',
  'tls',
  'http',
  'webSocket',
];

type Way = Facts & { readonly survey: Survey };

/** Each is asked with a survey; without one nothing of the way is known. */
export const judgeWay: Readonly<Record<WayChecks, (facts: Way) => Judgement>> = {
  protocolVersion({ survey }) {
    if (!survey.wellKnown) {
      return warn(
        'The tenant does not say which versions it speaks: it is older, or cannot be reached.',
      );
    }
    const { oldest, newest } = survey.wellKnown.federation;
    const evidence = `This site speaks version ${FEDERATION_PROTOCOL}; the tenant speaks ${oldest} to ${newest}.`;
    return FEDERATION_PROTOCOL >= oldest && FEDERATION_PROTOCOL <= newest
      ? pass(evidence)
      : fail(evidence);
  },

  clock({ survey }) {
    if (!survey.clock) return notApplicable('The tenant did not tell its time.');
    const { aheadMs, errorMs } = survey.clock;
    const evidence = `Measured against the tenant: its clock is ${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this one’s, to within ${(errorMs / 1000).toFixed(1)} s.`;
    // Judged by what is certain: a slow answer is no wrong clock.
    const least = Math.max(0, Math.abs(aheadMs) - errorMs);
    if (least > MOST_APART_MS) return fail(evidence);
    return least > RELAY_APART_MS ? warn(evidence) : pass(evidence);
  },

  nameResolution: ({ survey }) =>
    atStage(survey, 'nameResolution', ({ endpoint, result }) =>
      result?.proxy
        ? `${endpoint.host}: the proxy looks it up`
        : `${endpoint.host}: ${result?.addresses.join(', ')}`,
    ),

  tcp: ({ survey }) =>
    atStage(survey, 'connect', ({ endpoint }) => `${endpoint.host}:${endpoint.port}: connected`),

  proxy({ survey, proxy }) {
    const through = checked(survey).filter(({ result }) => result?.proxy);
    if (!proxy) return notApplicable('No proxy is set: this site goes out directly.');
    if (through.length === 0) {
      return notApplicable(`${proxy.name} is set, and the tenant is reached past it (NO_PROXY).`);
    }
    return atStage(
      survey,
      'proxy',
      ({ endpoint }) =>
        `${endpoint.host}:${endpoint.port} through ${proxy.name} (credentials: ${proxy.credentials})`,
    );
  },

  tls: ({ survey }) =>
    atStage(
      survey,
      'tls',
      ({ endpoint }) => `${endpoint.host}:${endpoint.port}: the pinned root answers`,
      ({ result }) => !result?.isIntercepted,
    ),

  tlsInterception({ survey }) {
    const intercepted = checked(survey).find(({ result }) => result?.isIntercepted);
    if (intercepted) return fail(intercepted.result?.sentence ?? '');
    const seen = checked(survey).filter(({ result }) => result?.root);
    return seen.length > 0
      ? pass('The root that the join token pins is the one that answers.')
      : notApplicable('Nothing answered with TLS.');
  },

  webSocket({ survey }) {
    const sockets = checked(survey).filter(({ endpoint }) => endpoint.transport === 'webSocket');
    if (sockets.length === 0)
      return notApplicable('The tenant publishes no endpoint for WebSockets.');
    const refused = sockets.find(({ result }) => isAt(result?.stage, 'webSocket', 'http'));
    if (refused) return warn(refused.result?.sentence ?? '');
    const reached = sockets.filter(({ result }) => result?.passed);
    return reached.length > 0
      ? pass(
          reached
            .map(({ endpoint }) => `${endpoint.host}:${endpoint.port} takes WebSockets`)
            .join('; '),
        )
      : notApplicable('It was not come to: what is needed before it fails.');
  },

  idleConnection({ idle, signOfLifeMs }) {
    switch (idle?.state) {
      case 'survived':
        return pass(
          `A connection rested for ${idle.seconds} s and was still there (${rfc3339(idle.at)}).`,
        );
      case 'cut':
        return warn(
          `A silent connection was cut after ${Math.round(idle.silentMs / 1000)} s (${rfc3339(idle.at)}). This site gives a sign of life every ${Math.round(signOfLifeMs / 1000)} s.`,
        );
      case 'running':
        return notApplicable(`It is being measured; known at ${rfc3339(idle.knownAt)}.`);
      default:
        return notApplicable(`It could not be measured: ${idle?.reason ?? 'not yet'}.`);
    }
  },
};

function checked(survey: Survey): readonly SurveyedEndpoint[] {
  return survey.endpoints.filter(({ result }) => result !== null);
}

/** Of the endpoints that came as far as the stage: all must have come past it. */
function atStage(
  survey: Survey,
  stage: ProbeStage,
  told: (endpoint: SurveyedEndpoint) => string,
  counts: (endpoint: SurveyedEndpoint) => boolean = () => true,
): Judgement {
  const here = ORDER.indexOf(stage);
  const came = checked(survey).filter(({ result }) => {
    const at = result?.stage;
    return at === null || at === undefined || ORDER.indexOf(at) >= here;
  });
  const stopped = came.filter(
    (one) =>
      counts(one) &&
      (one.result?.stage === stage || (stage === 'tls' && one.result?.stage === 'http')),
  );
  if (stopped.length > 0)
    return fail(distinct(stopped.map(({ result }) => result?.sentence ?? '')));
  const beyond = came.filter(({ result }) => result?.stage !== stage);
  return beyond.length > 0
    ? pass(`${distinct(beyond.map(told), '; ')}.`)
    : notApplicable('It was not come to: what is needed before it fails.');
}

function isAt(stage: ProbeStage | null | undefined, ...stages: readonly ProbeStage[]): boolean {
  return stage !== null && stage !== undefined && stages.includes(stage);
}

function distinct(texts: readonly string[], separator = ' '): string {
  return [...new Set(texts)].join(separator);
}
