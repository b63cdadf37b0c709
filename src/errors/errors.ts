/**
 * What `import { errors } from "pgline"` shows: every class of error, and the questions to ask of one.
 */

export {
  AuthenticationError,
  ClientError,
  CommitFailedError,
  CommitUnknownError,
  ConfigError,
  ConnectError,
  ConnectionClosedError,
  ConnectionError,
  DecodeError,
  EncodeError,
  NotificationOverflowError,
  PglineError,
  PipelineAbortedError,
  ProtocolError,
  ResultTooLargeError,
  RowCountError,
  type RowIssue,
  RowValidationError,
  TimeoutError,
  TypeLookupError,
  UsageError,
} from "./client-error.ts"
export { CompositionError } from "./composition-error.ts"
export type { Condition, ConditionName } from "./condition.ts"
export * from "./conditions.generated.ts"
export {
  ConnectionReleasedError,
  PoolClosedError,
  PoolTimeoutError,
  TooManyWaitersError,
} from "./pool-error.ts"
export { isSafeToRetry, isTransient } from "./retry-safety.ts"
export { type ConditionMatch, Notice, ServerError, type ServerMessageFields } from "./server-error.ts"
