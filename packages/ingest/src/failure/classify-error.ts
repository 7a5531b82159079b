import { classOfFailureCode, type ErrorClass, type FailureAction } from './ingest-failure.js';

export interface Classification {
  readonly errorClass: ErrorClass;
  readonly action: FailureAction;
  /** The error's own code, name or HTTP status; `UNKNOWN` where it has none. */
  readonly code: string;
}

const NAMES: Readonly<Record<Exclude<ErrorClass, 'unknown'>, readonly string[]>> = {
  malformed: ['ENVELOPE_UNREADABLE', 'RecordTooLarge', 'RecordTooLargeException', 'InvalidRecordException'],
  contract: [],
  throttle: [
    'BandwidthLimitExceeded',
    'COMMIT_CONFLICT',
    'EC2ThrottledException',
    // Of single records of Firehose's: the service failed, and says nothing about the record.
    'InternalFailure',
    'LimitExceededException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceeded',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'STATE_STORE_BUSY',
    'ServiceUnavailable',
    'ServiceUnavailableException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequests',
    'TooManyRequestsException',
    'TransactionInProgressException',
  ],
  timeout: [
    'ECONNTIMEDOUT',
    'ESOCKETTIMEDOUT',
    'ETIMEDOUT',
    'RequestTimeout',
    'RequestTimeoutException',
    'TimeoutError',
    'UND_ERR_BODY_TIMEOUT',
    'UND_ERR_CONNECT_TIMEOUT',
    'UND_ERR_HEADERS_TIMEOUT',
  ],
  network: [
    'EAI_AGAIN',
    'ECONNABORTED',
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETDOWN',
    'ENETUNREACH',
    'ENOTFOUND',
    'EPIPE',
    'ERR_STREAM_PREMATURE_CLOSE',
    'NetworkingError',
    'UND_ERR_SOCKET',
  ],
};

const CLASS_OF_NAME: ReadonlyMap<string, ErrorClass> = new Map(
  Object.entries(NAMES).flatMap(([errorClass, names]) =>
    names.map((name): [string, ErrorClass] => [name, errorClass as ErrorClass]),
  ),
);

const CLASS_OF_STATUS: ReadonlyMap<number, ErrorClass> = new Map([
  [408, 'timeout'],
  [413, 'malformed'],
  [429, 'throttle'],
  [502, 'network'],
  [503, 'throttle'],
  [504, 'timeout'],
]);

/** Read only where an error has nothing better to say. */
const CLASS_OF_TEXT: readonly (readonly [RegExp, ErrorClass])[] = [
  [/throttl|rate exceeded|too many requests|slow down|reduce your request rate|capacity/i, 'throttle'],
  [/time(?:d)?[ -]?out/i, 'timeout'],
  [/socket hang up|connection (?:reset|refused|closed)|getaddrinfo|network error|dns/i, 'network'],
];

/** Errors nest: SDKs wrap the socket's error. A cycle or a very deep chain ends the search. */
const MAX_DEPTH = 8;

/**
 * What kind of trouble an error is, and whether trying again can help.
 *
 * Classes, names, codes and HTTP status count, of the error and then of its causes; message text is read only when
 * none of them says anything. Source: docs/layer_definitions.md, "Failures in ingestion".
 *
 * @example
 * classifyError(Object.assign(new Error('timeout?'), { name: 'ThrottlingException' }));
 * // { errorClass: 'throttle', action: 'RETRY', code: 'ThrottlingException' }
 */
export function classifyError(error: unknown): Classification {
  const chain = causes(error);
  for (const link of chain) {
    const errorClass = structuralClass(link) ?? (link === error ? unparsed(link) : undefined);
    if (errorClass !== undefined) return classification(errorClass, codeOf(link));
  }
  for (const link of chain) {
    // A client error (4xx) says precisely that trying again will not help.
    const status = statusOf(link);
    if (status !== undefined && status >= 400 && status < 500) break;
    const text = textOf(link);
    const match = CLASS_OF_TEXT.find(([pattern]) => pattern.test(text));
    if (match !== undefined) return classification(match[1], codeOf(link));
  }
  return classification('unknown', codeOf(chain[0]));
}

function classification(errorClass: ErrorClass, code: string): Classification {
  const action = errorClass === 'malformed' || errorClass === 'contract' ? 'DROP' : 'RETRY';
  return { errorClass, action, code };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < MAX_DEPTH; ) {
    if (chain.includes(link)) break;
    chain.push(link);
    const { cause, errors } = fieldsOf(link);
    link = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return chain;
}

function structuralClass(error: unknown): ErrorClass | undefined {
  const fields = fieldsOf(error);
  for (const name of namesOf(fields)) {
    const errorClass = classOfFailureCode(name) ?? CLASS_OF_NAME.get(name);
    if (errorClass !== undefined) return errorClass;
  }
  if (fieldsOf(fields['$retryable'])['throttling'] === true) return 'throttle';
  const status = statusOf(error);
  return status === undefined ? undefined : CLASS_OF_STATUS.get(status);
}

/**
 * A text that did not parse is a malformed message, unless it was something else's: an SDK that could not read a
 * response throws SyntaxError too, and as the cause of another error it is that one's metadata file, schema or answer.
 */
function unparsed(error: unknown): ErrorClass | undefined {
  const fields = fieldsOf(error);
  const isResponseError = fields['$metadata'] !== undefined || fields['$response'] !== undefined;
  return error instanceof SyntaxError && !isResponseError ? 'malformed' : undefined;
}

/** Codes first: a name may be that of a general class. Firehose answers per record with `ErrorCode`. */
function namesOf(fields: Fields): string[] {
  const { code, Code, ErrorCode, errorCode, __type, name } = fields;
  return [code, Code, ErrorCode, errorCode, __type, name]
    .filter((value) => typeof value === 'string')
    .map((value) => value.slice(value.lastIndexOf('#') + 1));
}

function statusOf(error: unknown): number | undefined {
  const fields = fieldsOf(error);
  const candidates = [
    fieldsOf(fields['$metadata'])['httpStatusCode'],
    fields['statusCode'],
    fields['status'],
    fieldsOf(fields['$response'])['statusCode'],
    fieldsOf(fields['response'])['status'],
  ];
  return candidates.find((value) => typeof value === 'number');
}

function textOf(error: unknown): string {
  const { message, ErrorMessage, errorMessage } = fieldsOf(error);
  if (typeof error === 'string') return error;
  return [message, ErrorMessage, errorMessage].filter((value) => typeof value === 'string').join(' ');
}

function codeOf(error: unknown): string {
  const names = namesOf(fieldsOf(error)).filter((name) => name !== '' && name !== 'Error');
  const status = statusOf(error);
  return names[0] ?? (status === undefined ? 'UNKNOWN' : `HTTP_${status}`);
}
