/** Paths of the admin API. Where Microsoft Graph v1.0 has the resource, its path and names are used. */
export const ADMIN_PATHS = {
  // Microsoft Graph
  managedDevices: '/v1.0/deviceManagement/managedDevices',
  managedDeviceOverview: '/v1.0/deviceManagement/managedDeviceOverview',
  configManagerCollections: '/v1.0/deviceManagement/configManagerCollections',
  roleDefinitions: '/v1.0/deviceManagement/roleDefinitions',
  roleAssignments: '/v1.0/deviceManagement/roleAssignments',
  roleScopeTags: '/v1.0/deviceManagement/roleScopeTags',
  resourceOperations: '/v1.0/deviceManagement/resourceOperations',
  batch: '/v1.0/$batch',
  metadata: '/v1.0/$metadata',
  // ours, in the same style
  actions: '/v1.0/deviceManagement/actions',
  executeAction: '/v1.0/deviceManagement/managedDevices/executeAction',
  bulkActions: '/v1.0/deviceManagement/bulkActions',
  actionSettings: '/v1.0/deviceManagement/actionSettings',
  connectors: '/v1.0/deviceManagement/configManagerConnectors',
  joinTokens: '/v1.0/deviceManagement/configManagerConnectors/joinTokens',
  cloudAttach: '/v1.0/deviceManagement/cloudAttach',
  attachPlan: '/v1.0/deviceManagement/cloudAttach/plan',
  uploadSettings: '/v1.0/deviceManagement/cloudAttach/uploadSettings',
  uploadPreview: '/v1.0/deviceManagement/cloudAttach/uploadSettings/preview',
  upload: '/v1.0/deviceManagement/cloudAttach/upload',
  resyncUpload: '/v1.0/deviceManagement/cloudAttach/upload/resync',
  prerequisites: '/v1.0/deviceManagement/cloudAttach/prerequisites',
  attachEndpoints: '/v1.0/deviceManagement/cloudAttach/endpoints',
  checkAttachEndpoints: '/v1.0/deviceManagement/cloudAttach/endpoints/check',
  statusMessages: '/v1.0/deviceManagement/cloudAttach/statusMessages',
  permissionCeiling: '/v1.0/deviceManagement/cloudAttach/permissionCeiling',
  linkedAdministrators: '/v1.0/deviceManagement/cloudAttach/linkedAdministrators',
  enrolmentTokens: '/v1.0/deviceManagement/enrolmentTokens',
  clientSettings: '/v1.0/deviceManagement/clientSettings',
  inventoryClasses: '/v1.0/deviceManagement/inventoryClasses',
  administrators: '/v1.0/deviceManagement/administrators',
  auditEvents: '/v1.0/deviceManagement/auditEvents',
  events: '/v1.0/deviceManagement/events',
  // sign-in
  session: '/auth/v1/session',
  redeemLink: '/auth/v1/links/redeem',
  links: '/auth/v1/links',
  password: '/auth/v1/password',
  signIn: '/auth/v1/sign-in',
  signOut: '/auth/v1/sign-out',
  tokens: '/auth/v1/tokens',
  // of the process
  openapi: '/openapi.json',
  health: '/healthz',
} as const;

/** Response header of triggerConfigurationManagerAction: the id of the action that it made. */
export const ACTION_ID_HEADER = 'moorline-action-id';
/** Request header: a repeat of a request with the same id answers the first. */
export const CLIENT_REQUEST_ID_HEADER = 'client-request-id';
/** Header that a browser's cookie-authenticated writes must carry (any value): no foreign page can send it. */
export const CSRF_HEADER = 'moorline-console';
