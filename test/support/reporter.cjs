const { reporters, Runner } = require("mocha");

/** What takes longer says how long. */
const LONG_SECONDS = 60;

/**
 * Mocha's own report; each failure with its reason as it comes, for a run may be ended before its end; and last one
 * line that machines read: `N passed, N failed`.
 */
module.exports = class CountingReporter extends reporters.Spec {
  /**
   * @param {import("mocha").Runner} runner
   * @param {import("mocha").MochaOptions} options
   */
  constructor(runner, options) {
    super(runner, options);
    const begun = new Map();
    runner.on(Runner.constants.EVENT_SUITE_BEGIN, (suite) => begun.set(suite, Date.now()));
    runner.on(Runner.constants.EVENT_SUITE_END, (suite) => {
      const seconds = Math.round((Date.now() - begun.get(suite)) / 1000);
      if (suite.parent?.root && seconds >= LONG_SECONDS) console.log(`    (${seconds} s: ${suite.title})`);
    });
    runner.on(Runner.constants.EVENT_TEST_FAIL, (_test, { stack, message }) => {
      console.log((stack ?? message).replaceAll(/^/gm, "      "));
    });
  }

  /** @override */
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
  }
};
