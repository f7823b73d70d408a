import { RELAY_METHODS, RelayParams, type RelayResults } from '@moorline/contracts/federation';
import { type ActionId, type DeviceId, isUuid } from '@moorline/kernel';
import { ACTION_KINDS, type Actor } from '@moorline/model';
import type { DeviceAdministration } from '@moorline/model/ports';
import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { relayRefusals } from './errors.ts';

/** A method of the table, after its parameters were checked: runs it as the actor. */
export type RelayCall = (actor: Actor) => Promise<unknown>;
export type RelayMethods = (method: string, params: unknown) => RelayCall;

type Method = keyof typeof RelayParams;
type Run<M extends Method> = (
  actor: Actor,
  params: Static<(typeof RelayParams)[M]>,
) => Promise<Static<(typeof RelayResults)[M]>>;

/** What a tenant may ask of the connection itself. */
export interface ConnectorMethods {
  probe(): Promise<Static<(typeof RelayResults)['connector.probe']>>;
  checkEndpoints(): Promise<Static<(typeof RelayResults)['connector.checkEndpoints']>>;
  /** @throws `access.denied` */
  rotateCertificate(
    actor: Actor,
  ): Promise<Static<(typeof RelayResults)['connector.rotateCertificate']>>;
  /** @throws `access.denied` */
  resync(
    actor: Actor,
    params: Static<(typeof RelayParams)['connector.resync']>,
  ): Promise<Static<(typeof RelayResults)['connector.resync']>>;
  /** @throws `access.denied` */
  pauseUpload(
    actor: Actor,
    params: Static<(typeof RelayParams)['connector.pauseUpload']>,
  ): Promise<Static<(typeof RelayResults)['connector.pauseUpload']>>;
}

/**
 * The explicit table of what a tenant may ask for. Every method calls the port that the site's own console
 * calls: the local account's role decides, on the loaded object.
 * @throws (from the table) `relay.method_unknown`, `relay.params_invalid`, `relay.action_unknown`
 */
export function createRelayMethods(
  administration: DeviceAdministration,
  siteName: string,
  connector: ConnectorMethods,
): RelayMethods {
  const table: { readonly [M in Method]: (params: unknown) => RelayCall } = {
    [RELAY_METHODS.requestAction]: entry('actions.request', async (actor, params) => {
      const kind = ACTION_KINDS.find((known) => known === params.kind);
      if (!kind) throw relayRefusals.kindUnknown({ kind: params.kind, siteName });
      const { state } = await administration.requestAction(actor, {
        id: idOf<ActionId>('actions.request', 'actionId', params.actionId),
        deviceId: idOf<DeviceId>('actions.request', 'deviceId', params.deviceId),
        kind,
        expiresAt: timeOf('actions.request', params.expiresAt),
      });
      return { state };
    }),
    [RELAY_METHODS.cancelAction]: entry('actions.cancel', async (actor, params) => {
      const id = idOf<ActionId>('actions.cancel', 'actionId', params.actionId);
      const { state } = await administration.cancelAction(actor, id);
      return { state };
    }),
    [RELAY_METHODS.actionFile]: entry('actions.file', async (actor, params) => {
      const id = idOf<ActionId>('actions.file', 'actionId', params.actionId);
      const { offset, length } = params;
      const { data, ...file } = await administration.readActionFile(actor, id, { offset, length });
      return { ...file, data: Buffer.from(data).toString('base64') };
    }),
    [RELAY_METHODS.inventoryOverview]: entry('inventory.overview', async (actor, params) => {
      const id = idOf<DeviceId>('inventory.overview', 'deviceId', params.deviceId);
      const { classes } = await administration.inventoryOverview(actor, id);
      return { classes: [...classes] };
    }),
    [RELAY_METHODS.inventoryDocument]: entry('inventory.document', async (actor, params) => {
      const id = idOf<DeviceId>('inventory.document', 'deviceId', params.deviceId);
      const { className, skip, top, orderBy, day } = params;
      const page = { skip, top, orderBy, day };
      const document = await administration.inventoryDocument(actor, id, className, page);
      return { ...mutable(document), rows: [...document.rows] };
    }),
    [RELAY_METHODS.inventoryHistory]: entry('inventory.history', async (actor, params) => {
      const id = idOf<DeviceId>('inventory.history', 'deviceId', params.deviceId);
      const history = await administration.inventoryHistory(actor, id, params.className);
      return { ...history, periods: [...history.periods] };
    }),
    [RELAY_METHODS.inventoryDifference]: entry('inventory.difference', async (actor, params) => {
      const id = idOf<DeviceId>('inventory.difference', 'deviceId', params.deviceId);
      const { className, from, to, skip, top } = params;
      const wanted = { from, to, skip, top };
      const answer = await administration.inventoryDifference(actor, id, className, wanted);
      const changes = answer.changes.map((each) => ({ ...each, columns: [...each.columns] }));
      return { ...mutable(answer), changes };
    }),
    [RELAY_METHODS.refreshInventory]: entry('inventory.refresh', async (actor, params) => {
      const id = idOf<DeviceId>('inventory.refresh', 'deviceId', params.deviceId);
      return administration.refreshInventory(actor, id, params.className);
    }),
    [RELAY_METHODS.probe]: entry('connector.probe', connector.probe),
    [RELAY_METHODS.checkEndpoints]: entry('connector.checkEndpoints', connector.checkEndpoints),
    [RELAY_METHODS.rotateCertificate]: entry(
      'connector.rotateCertificate',
      connector.rotateCertificate,
    ),
    [RELAY_METHODS.resync]: entry('connector.resync', connector.resync),
    [RELAY_METHODS.pauseUpload]: entry('connector.pauseUpload', connector.pauseUpload),
  };
  return (method, params) => {
    const known = Object.hasOwn(table, method) ? table[method as Method] : undefined; // hasOwn says so
    if (!known) throw relayRefusals.methodUnknown({ method, siteName });
    return known(params);
  };
}

const VALIDATORS = {
  'actions.request': Compile(RelayParams['actions.request']),
  'actions.cancel': Compile(RelayParams['actions.cancel']),
  'actions.file': Compile(RelayParams['actions.file']),
  'inventory.overview': Compile(RelayParams['inventory.overview']),
  'inventory.document': Compile(RelayParams['inventory.document']),
  'inventory.history': Compile(RelayParams['inventory.history']),
  'inventory.difference': Compile(RelayParams['inventory.difference']),
  'inventory.refresh': Compile(RelayParams['inventory.refresh']),
  'connector.probe': Compile(RelayParams['connector.probe']),
  'connector.checkEndpoints': Compile(RelayParams['connector.checkEndpoints']),
  'connector.rotateCertificate': Compile(RelayParams['connector.rotateCertificate']),
  'connector.resync': Compile(RelayParams['connector.resync']),
  'connector.pauseUpload': Compile(RelayParams['connector.pauseUpload']),
} as const;

function entry<M extends Method>(method: M, run: Run<M>): (params: unknown) => RelayCall {
  return (params) => {
    const validator: Validator<Record<never, TSchema>, TSchema> = VALIDATORS[method];
    if (!validator.Check(params)) {
      const [first] = validator.Errors(params);
      throw relayRefusals.paramsInvalid({
        method,
        problem: `${first?.instancePath || 'they'} ${first?.message ?? 'are not as the protocol says'}`,
      });
    }
    // Checked on the line above by the validator of this very method.
    return (actor) => run(actor, params as Static<(typeof RelayParams)[M]>);
  };
}

/** What goes over the wire is its own. */
function mutable<A extends { readonly maskedColumns?: readonly string[] }>(
  answer: A,
): Omit<A, 'maskedColumns'> & { maskedColumns?: string[] } {
  const { maskedColumns, ...rest } = answer;
  return maskedColumns ? { ...rest, maskedColumns: [...maskedColumns] } : rest;
}

function idOf<Id extends string>(method: Method, name: string, text: string): Id {
  if (!isUuid(text)) throw relayRefusals.paramsInvalid({ method, problem: `${name} is no UUID` });
  return text as unknown as Id; // a UUID is all that the brand promises
}

function timeOf(method: Method, text: string): string {
  const time = Date.parse(text);
  if (!(time >= 0)) {
    throw relayRefusals.paramsInvalid({ method, problem: 'expiresAt is no time' });
  }
  return new Date(time).toISOString();
}
