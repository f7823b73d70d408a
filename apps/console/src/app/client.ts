import { createAdminClient } from '@moorline/admin-client';

/** The host that served this page, as whoever is signed in there. */
export const client = createAdminClient({ baseUrl: '' });
