export { providerErrors } from './errors.ts';
export type { KernelCalls } from './host.ts';
export { createLinuxProvider, type LinuxProviderOptions } from './provider.ts';
