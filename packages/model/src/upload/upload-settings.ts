/** What of a device may leave beside its identity. */
export const UPLOAD_CATEGORIES = ['hardware', 'operatingSystem', 'health'] as const;
export type UploadCategory = (typeof UPLOAD_CATEGORIES)[number];

/** Whose permissions decide about what is asked for from above. */
export const UPLOAD_PERMISSIONS = ['siteAndTenant', 'tenantOnly', 'siteOnly'] as const;
export type UploadPermissions = (typeof UPLOAD_PERMISSIONS)[number];
