/**
 * Prints, after Vitest's own report, one line per skipped test with its reason, and last the plain line
 * `Tests: N passed, N failed, N skipped`, which continuous integration reads.
 */
export default class PlainSummary {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const skips = [];
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') count.passed += 1;
        else if (result.state === 'failed') failedTests += 1;
        else {
          count.skipped += 1;
          skips.push(`${module.relativeModuleId}: ${test.fullName}: ${result.note ?? 'no reason given'}`);
        }
      }
      // A file that does not load, or whose hooks fail, has no failed test of its own but has failed all the same.
      if (failedTests === 0 && module.state() === 'failed') failedTests = 1;
      count.failed += failedTests;
    }
    for (const line of skips) process.stdout.write(`skipped: ${line}\n`);
    this.line = `Tests: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
    process.once('exit', () => process.stdout.write(`${this.line}\n`));
  }
}
