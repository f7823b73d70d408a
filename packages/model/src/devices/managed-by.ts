/** Who manages a device, as Microsoft Graph's managementAgentType names it. */
export const MANAGEMENT_AGENT = {
  site: 'configurationManagerClient',
  tenant: 'mdm',
  both: 'configurationManagerClientMdm',
} as const;

export type ManagedBy = keyof typeof MANAGEMENT_AGENT;
