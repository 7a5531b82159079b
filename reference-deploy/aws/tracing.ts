import { syncBuiltinESMExports } from 'node:module';
import { optionalVariable } from './environment.js';

/** Runs work as a segment of the trace that the invocation belongs to. */
export type Trace = <Result>(name: string, work: () => Promise<Result>) => Promise<Result>;

const untraced: Trace = (_name, work) => work();

let loading: Promise<Trace> | undefined;

/**
 * X-Ray through Powertools, where `POWERTOOLS_TRACE_ENABLED` is `true`. Its SDK is the largest part of a function and
 * is loaded only then. Where it does not load, work goes on untraced.
 */
export function openTrace(serviceName: string, onFailure: (error: unknown) => void): Trace | Promise<Trace> {
  if (optionalVariable('POWERTOOLS_TRACE_ENABLED') !== 'true') return untraced;
  loading ??= powertoolsTrace(serviceName).catch((error: unknown) => {
    onFailure(error);
    return untraced;
  });
  return loading;
}

async function powertoolsTrace(serviceName: string): Promise<Trace> {
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  // HTTP requests, and with them all calls of the SDK clients, become parts of the segment by themselves …
  const tracer = new Tracer({ serviceName, captureHTTPsRequests: true });
  // … once the modules that import `node:https` by name see that it was replaced.
  syncBuiltinESMExports();
  return async (name, work) => {
    const parent = tracer.getSegment();
    const segment = parent?.addNewSubsegment(name);
    if (parent === undefined || segment === undefined) return await work();
    tracer.setSegment(segment);
    tracer.annotateColdStart();
    tracer.addServiceNameAnnotation();
    try {
      return await work();
    } catch (error) {
      tracer.addErrorAsMetadata(error as Error);
      throw error;
    } finally {
      segment.close();
      tracer.setSegment(parent);
    }
  };
}
