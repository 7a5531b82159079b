/** The package's own declarations are not where its manifest leads. */
declare module 'asl-validator' {
  export default function validate(
    definition: never,
    options?: { checkArn?: boolean; checkPaths?: boolean },
  ): { isValid: boolean; errorsText(separator?: string): string };
}
