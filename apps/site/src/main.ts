import { runHostProcess } from '@moorline/host';
import { SITE_PROFILE } from './site.ts';

await runHostProcess(SITE_PROFILE, { name: 'HQ1', port: 9443 });
