const { reporters } = require("mocha");

/** Mocha's own report, and at its end one line that machines read: `N passed, N failed`. */
module.exports = class CountingReporter extends reporters.Spec {
  /** @override */
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
  }
};
