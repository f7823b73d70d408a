import { runHostProcess } from '@moorline/host';
import { TENANT_PROFILE } from './tenant.ts';

await runHostProcess(TENANT_PROFILE, { name: 'Moorline', port: 8443 });
