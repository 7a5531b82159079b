// Public API of @lean-ops/iceberg/cli. Written by scripts/api-snapshot.mjs.

// ADDRESS_HELP
declare const ADDRESS_HELP = "A table is named by\n  PATH, s3://BUCKET/PATH                       its folder, the one that holds metadata/\n  PATH/\u2026.metadata.json, s3://\u2026                 a metadata file, to be read only\n  folder:WAREHOUSE#NAMESPACE.TABLE             its name in a warehouse folder, local or s3://\n  rest+https://HOST/PATH#NAMESPACE.TABLE       its name in a REST catalog (?warehouse=NAME before the #)\n  glue://DATABASE.TABLE?region=REGION          its name in the Glue Data Catalog";

// CommandClients
interface CommandClients {
    readonly s3?: (settings: S3ClientSettings) => S3CommandSender;
    readonly glue?: (settings: {
        region?: string;
    }) => GlueCommandSender;
    readonly fetch?: RestFetch;
}

// CommandContext
interface CommandContext {
    readonly stdin: Readable;
    readonly stdout: Output;
    readonly stderr: Output;
    readonly env: Readonly<Record<string, string | undefined>>;
    verdict: number;
    readonly signal?: AbortSignal | undefined;
    readonly now?: () => number;
    readonly clients?: CommandClients;
}

// Output
declare class Output {
    #private;
    constructor(stream: TerminalStream);
    get closed(): boolean;
    get isTerminal(): boolean;
    get stream(): TerminalStream;
    write(text: string): Promise<void>;
    finish(): Promise<void>;
    line(text?: string): Promise<void>;
    json(value: unknown): Promise<void>;
}

// OutputFormat
type OutputFormat = 'table' | 'ndjson' | 'json';

// Row
type Row = Readonly<Record<string, unknown>>;

// TerminalStream
type TerminalStream = Writable & {
    readonly isTTY?: boolean;
};

// TimeOrAge
type TimeOrAge = {
    readonly at: Date;
} | {
    readonly ageMs: number;
};

// addTableCommands
declare function addTableCommands(parent: Command, context: CommandContext, prefix: string): void;

// jsonText
declare function jsonText(value: unknown, indent?: number): string;

// printRows
declare function printRows(stdout: Output, rows: Iterable<Row> | AsyncIterable<Row>, columns: readonly string[], format: OutputFormat | undefined): Promise<void>;

// textTable
declare function textTable(headings: readonly string[], rows: readonly (readonly unknown[])[]): string;

// timeOrAge
declare function timeOrAge(text: string): TimeOrAge;
