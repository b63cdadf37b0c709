/**
 * Every message type byte, authentication code and request code, named as in the PostgreSQL manual.
 * Plain constants, so that a `switch` over them compiles to a jump table.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

// Backend messages.
export const AUTHENTICATION = 0x52 // R
export const BACKEND_KEY_DATA = 0x4b // K
export const BIND_COMPLETE = 0x32 // 2
export const CLOSE_COMPLETE = 0x33 // 3
export const COMMAND_COMPLETE = 0x43 // C
export const COPY_BOTH_RESPONSE = 0x57 // W
export const COPY_DATA = 0x64 // d
export const COPY_DONE = 0x63 // c
export const COPY_IN_RESPONSE = 0x47 // G
export const COPY_OUT_RESPONSE = 0x48 // H
export const DATA_ROW = 0x44 // D
export const EMPTY_QUERY_RESPONSE = 0x49 // I
export const ERROR_RESPONSE = 0x45 // E
export const FUNCTION_CALL_RESPONSE = 0x56 // V
export const NEGOTIATE_PROTOCOL_VERSION = 0x76 // v
export const NO_DATA = 0x6e // n
export const NOTICE_RESPONSE = 0x4e // N
export const NOTIFICATION_RESPONSE = 0x41 // A
export const PARAMETER_DESCRIPTION = 0x74 // t
export const PARAMETER_STATUS = 0x53 // S
export const PARSE_COMPLETE = 0x31 // 1
export const PORTAL_SUSPENDED = 0x73 // s
export const READY_FOR_QUERY = 0x5a // Z
export const ROW_DESCRIPTION = 0x54 // T

// Frontend messages. COPY_DATA and COPY_DONE are the same in both directions.
export const BIND = 0x42 // B
export const CLOSE = 0x43 // C
export const COPY_FAIL = 0x66 // f
export const DESCRIBE = 0x44 // D
export const EXECUTE = 0x45 // E
export const FLUSH = 0x48 // H
export const PARSE = 0x50 // P
/** PasswordMessage, SASLInitialResponse, SASLResponse and GSSResponse share this byte. */
export const PASSWORD_MESSAGE = 0x70 // p
export const QUERY = 0x51 // Q
export const SYNC = 0x53 // S
export const TERMINATE = 0x58 // X

/** What a Describe or Close is about. */
export const STATEMENT = 0x53 // S
export const PORTAL = 0x50 // P

// Request codes: they stand where a StartupMessage has its version.
export const CANCEL_REQUEST_CODE = 80877102
export const SSL_REQUEST_CODE = 80877103
export const GSSENC_REQUEST_CODE = 80877104

export const PROTOCOL_3_0 = 0x00030000
export const PROTOCOL_3_2 = 0x00030002

// Authentication codes.
export const AUTHENTICATION_OK = 0

// Transaction status indicators of ReadyForQuery.
export const STATUS_IDLE = 0x49 // I
export const STATUS_TRANSACTION = 0x54 // T
export const STATUS_FAILED = 0x45 // E

/** The server's own limit on one message (PQ_LARGE_MESSAGE_LIMIT), in bytes with its length word. */
export const MAX_MESSAGE_LENGTH = 0x3fffffff
