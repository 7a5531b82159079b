export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/';

interface Node {
  /** Characters from the start of the expression. */
  readonly offset: number;
}

/** An expression as it is written, nothing known of its columns. */
export type Ast = Node &
  (
    | { readonly kind: 'number'; readonly text: string }
    | { readonly kind: 'text'; readonly value: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'date' | 'instant'; readonly value: string }
    | { readonly kind: 'column'; readonly source: string | null; readonly name: string }
    | { readonly kind: 'arithmetic'; readonly operator: Arithmetic; readonly left: Ast; readonly right: Ast }
    | { readonly kind: 'negate'; readonly of: Ast }
    | { readonly kind: 'compare'; readonly operator: Comparison; readonly left: Ast; readonly right: Ast }
    | { readonly kind: 'isNull'; readonly of: Ast; readonly not: boolean }
    | { readonly kind: 'in'; readonly of: Ast; readonly among: readonly Ast[]; readonly not: boolean }
    | { readonly kind: 'and' | 'or'; readonly left: Ast; readonly right: Ast }
    | { readonly kind: 'not'; readonly of: Ast }
    | {
        readonly kind: 'case';
        readonly branches: readonly { readonly when: Ast; readonly give: Ast }[];
        readonly otherwise: Ast | null;
      }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Ast[] }
  );
