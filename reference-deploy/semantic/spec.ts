/** Text of an expression; YAML may read a bare literal as a number or boolean. */
export type ExpressionText = string | number | boolean;

/** Expressions by the name of the column that they give. */
export type Expressions = Readonly<Record<string, ExpressionText>>;

/** A Curated table that a view joins. */
interface JoinSpec {
  readonly topic: string;
  /** Default: the topic. */
  readonly as?: string;
  /** Default `left`. */
  readonly kind?: 'left' | 'inner';
  readonly on: ExpressionText;
}

/** A view as it is written down: either `columns`, or `metrics` with or without `dimensions`. */
export interface ViewSpec {
  readonly description: string;
  readonly from: string;
  /** Default: the topic. */
  readonly as?: string;
  readonly joins?: readonly JoinSpec[];
  readonly where?: ExpressionText;
  readonly columns?: Expressions;
  readonly dimensions?: Expressions;
  readonly metrics?: Expressions;
  /** Columns that show what a contract masks. */
  readonly sensitive?: readonly string[];
}

/** A document of views; its JSON Schema is `semantic-views.schema.json`. */
export interface SemanticSpec {
  readonly views: Readonly<Record<string, ViewSpec>>;
}
