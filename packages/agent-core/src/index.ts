export {
  ACTION_ERRORS,
  type ActionHandler,
  failedResult,
  type WaitingAction,
} from './actions/action-handler.ts';
export type { PendingRestart } from './actions/restart.ts';
export { type Agent, type AgentDeps, createAgent } from './agent.ts';
export { agentErrors } from './errors.ts';
export type { AgentStatus, ConnectionState, StatusWarning } from './status.ts';
