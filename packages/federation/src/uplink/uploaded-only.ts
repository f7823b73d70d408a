import { type DeviceId, isUuid } from '@moorline/kernel';
import type { UploadSource } from '@moorline/model/ports';
import { relayRefusals } from './errors.ts';
import type { RelayMethods } from './relay-methods.ts';
import { selectionOf, type UploadChoices } from './upload-settings.ts';

/**
 * The methods, for devices that are uploaded alone: what is kept from the tenant is not there for it, whoever asks and
 * whatever it guesses. @throws (from the methods) `relay.device_not_uploaded`
 */
export function forUploadedOnly(
  methods: RelayMethods,
  deps: {
    readonly choices: Pick<UploadChoices, 'current'>;
    readonly source: () => UploadSource;
    readonly siteName: string;
  },
): RelayMethods {
  const requireUploaded = async (deviceId: string): Promise<void> => {
    const selection = selectionOf((await deps.choices.current()).settings);
    if (selection.groupIds === null && selection.excludedGroupIds.length === 0) return;
    // A UUID is all that the brand promises.
    const { withheld } = await deps.source().selectDevices([deviceId as DeviceId], selection);
    if (withheld.length > 0) throw relayRefusals.deviceNotUploaded({ siteName: deps.siteName });
  };
  return (method, params) => {
    const call = methods(method, params);
    const { deviceId } = Object(params);
    if (typeof deviceId !== 'string' || !isUuid(deviceId)) return call;
    return async (...given) => {
      await requireUploaded(deviceId);
      return call(...given);
    };
  };
}
