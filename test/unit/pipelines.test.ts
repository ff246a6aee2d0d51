/** The pipelines of docs/examples: judged by GitHub's own parser, and their commands run with stand-ins for what is outside. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { mistakesIn } from "../support/workflows.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (file: string) => readFileSync(join(root, "docs", "examples", file), "utf8");
const WORKFLOWS = ["preview.yml", "deploy.yml", "drift.yml"];

interface Step {
  name?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
}
interface Workflow {
  permissions: Record<string, string>;
  defaults: { run: { shell: string } };
  jobs: Record<string, { steps: Step[]; permissions?: Record<string, string>; environment?: string }>;
}

const workflow = (file: string) => parse(read(file)) as Workflow;
const stepsOf = (file: string) => Object.values(workflow(file).jobs).flatMap(({ steps }) => steps);
const scriptOf = (file: string, name: string) =>
  stepsOf(file).find((step) => step.name === name)?.run ?? assert.fail(`${file} has no step ${name}`);

describe("A workflow of the examples", () => {
  for (const file of WORKFLOWS) {
    it(`${file} is one by GitHub's own parser`, async () => {
      assert.deepEqual(await mistakesIn(file, read(file)), []);
    });

    it(`${file} pins what it uses by commit, with the version beside it`, () => {
      const lines = read(file).match(/uses: .*/g) ?? [];
      assert.ok(lines.length > 2);
      for (const line of lines) assert.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    it(`${file} fails where any command of a pipe does, and puts no expression into a script`, () => {
      assert.equal(workflow(file).defaults.run.shell, "bash");
      for (const { run = "" } of stepsOf(file)) assert.doesNotMatch(run, /\$\{\{/);
    });
  }

  it("has a parser that finds what is wrong", async () => {
    const broken = read("preview.yml").replace("runs-on:", "run-on:").replace("github.event.pull_request.number", "(");
    const found = await mistakesIn("broken.yml", broken);
    assert.ok(
      found.some((text) => /run-on/.test(text)),
      found.join("\n"),
    );
  });

  it("may do no more than it does", () => {
    assert.deepEqual(workflow("preview.yml").permissions, { contents: "read", "pull-requests": "write" });
    assert.deepEqual([workflow("deploy.yml").permissions, workflow("drift.yml").permissions], [{}, {}]);
    assert.deepEqual(workflow("deploy.yml").jobs.deploy?.permissions, {
      contents: "read",
      "id-token": "write",
      "pull-requests": "read",
    });
    assert.deepEqual(workflow("drift.yml").jobs.drift?.permissions, {
      contents: "read",
      "id-token": "write",
      issues: "write",
    });
    assert.equal(workflow("deploy.yml").jobs.deploy?.environment, "production");
    assert.doesNotMatch(WORKFLOWS.map(read).join(""), /pull_request_target|ACCESS_KEY|credentials_json/);
  });
});

/** Runs as they would there, where npm, npx, gh and curl write down how they are called. */
class Runner {
  readonly directory = mkdtempSync(join(tmpdir(), "landfall-pipeline-"));
  readonly #calls = join(this.directory, "calls");

  constructor() {
    symlinkSync(join(root, "local"), join(this.directory, "local"));
    for (const name of ["npm", "npx", "gh", "curl"]) {
      const file = join(this.directory, name);
      writeFileSync(
        file,
        `#!/bin/sh\nprintf '%s' "${name}" >> "$CALLS"; for word; do printf ' %s' "$word" >> "$CALLS"; done; echo >> "$CALLS"\n${ANSWERS[name] ?? ""}`,
      );
      chmodSync(file, 0o755);
    }
  }

  run(script: string, variables: Record<string, string> = {}) {
    rmSync(this.#calls, { force: true });
    const { status, stdout, stderr } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
      cwd: this.directory,
      encoding: "utf8",
      env: {
        PATH: [this.directory, process.env.PATH].join(delimiter),
        CALLS: this.#calls,
        GITHUB_STEP_SUMMARY: join(this.directory, "summary"),
        GITHUB_OUTPUT: join(this.directory, "output"),
        GITHUB_ENV: join(this.directory, "environment"),
        RUNNER_TEMP: this.directory,
        GITHUB_REPOSITORY: "acme/shop",
        GITHUB_SHA: "c0ffee",
        ...variables,
      },
    });
    const calls = existsSync(this.#calls) ? readFileSync(this.#calls, "utf8").trim().split("\n") : [];
    return { code: status, calls, output: stdout + stderr };
  }

  read(file: string): string {
    return readFileSync(join(this.directory, file), "utf8");
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}

const ANSWERS: Record<string, string> = {
  npm: 'echo "report of $*"; for word; do [ "$word" != "$FAIL" ] || exit 2; done',
  npx: 'echo "plan of $*"; [ "$FAIL" != npx ]',
  gh: 'case "$*" in "api "*) printf "%s" "$LABELS" ;; "issue list"*) printf "%s" "$ISSUE" ;; esac',
  curl: 'case "$*" in *per_page*) printf "%s" "$NOTES" ;; esac',
};

describe("The commands of the pipelines", () => {
  let runner: Runner;
  beforeEach(() => {
    runner = new Runner();
  });
  afterEach(() => runner.close());

  it("preview a pull request with what its labels allow, and comment on it", () => {
    const LABELS = JSON.stringify(["bug", "allow data:postgres", "allow data:redis"]);
    const script = scriptOf("preview.yml", "What it means");
    const { code, calls } = runner.run(script, { LABELS, BASE: "abc" });
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "npm run --silent preview -- production --rehearsed --base abc --markdown --allow data:postgres --allow data:redis",
    ]);
    assert.match(runner.read("preview.md"), /^report of run/);
    assert.equal(runner.run(script, { LABELS: "[]", BASE: "abc", FAIL: "preview" }).code, 2);
    const comment = runner.run(scriptOf("preview.yml", "As a comment"), { NUMBER: "7" });
    assert.deepEqual(comment.calls, ["gh pr comment 7 --edit-last --create-if-none --body-file preview.md"]);
  });

  it("land what was merged with what its pull request allows, and stop where more is at risk", () => {
    const script = scriptOf("deploy.yml", "What it means");
    const { code, calls } = runner.run(script, { LABELS: "--allow\ndata:postgres\n" });
    assert.equal(code, 0);
    assert.match(calls.join("\n"), /^gh api repos\/acme\/shop\/commits\/c0ffee\/pulls/);
    assert.equal(calls.at(-1), "npm run --silent preview -- production --markdown --allow data:postgres");
    assert.match(runner.read("summary"), /^report of/);
    assert.equal(runner.run(script, { FAIL: "preview" }).code, 2);
  });

  it("keep a kubeconfig to its owner, and need none", () => {
    const script = scriptOf("deploy.yml", "Kubeconfig");
    assert.equal(runner.run(script, { KUBECONFIG_TEXT: "" }).code, 0);
    assert.equal(runner.run(script, { KUBECONFIG_TEXT: "apiVersion: v1\n" }).code, 0);
    assert.equal(runner.read("kubeconfig"), "apiVersion: v1\n");
    assert.equal(runner.read("environment"), `KUBECONFIG=${runner.directory}/kubeconfig\n`);
    assert.equal(scriptOf("drift.yml", "Kubeconfig"), script);
  });

  it("look for drift, and make, renew and close an issue of it", () => {
    const look = scriptOf("drift.yml", "Look");
    const say = scriptOf("drift.yml", "Say so");
    const found = (FAIL: string) => {
      rmSync(join(runner.directory, "output"), { force: true });
      assert.equal(runner.run(look, { FAIL }).code, 0);
      return runner.read("output");
    };
    assert.equal(found(""), "found=no\n");
    assert.equal(found("npx"), "found=yes\n");
    assert.equal(found("smoke"), "found=yes\n");
    assert.match(runner.read("drift.txt"), /plan of pulumi preview --stack production --refresh --expect-no-changes/);
    const [last] = runner.run(say, { FOUND: "yes", RUN: "https://run" }).calls.slice(-1);
    assert.equal(last, "gh issue create --title production is not as its stack file has it --body-file issue.md");
    assert.match(runner.read("issue.md"), /^https:\/\/run\n```\nplan of/);
    const again = runner.run(say, { FOUND: "yes", RUN: "https://run", ISSUE: "7" });
    assert.equal(again.code, 1);
    assert.equal(again.calls.at(-1), "gh issue edit 7 --body-file issue.md");
    const well = runner.run(say, { FOUND: "no", RUN: "https://run", ISSUE: "7" });
    assert.equal(well.code, 0);
    assert.equal(well.calls.at(-1), "gh issue close 7 --comment It is again: https://run");
    assert.equal(runner.run(say, { FOUND: "no", RUN: "https://run" }).calls.length, 1);
  });

  const texts = [...WORKFLOWS, "gitlab-ci.yml"].map(read).join("\n");
  const commands = new Set(
    Array.from(texts.matchAll(/npm run --silent (\w+ -- [^|>\n]*)/g), ([, command]) =>
      (command as string)
        .replace(/"\$\{allowed\[@\]\}"/, "--allow x")
        .replace(/"\$\w+"/g, "main")
        .trim(),
    ),
  );
  for (const command of commands) {
    it(`are commands with options that there are: npm run ${command}`, function () {
      this.timeout(60_000);
      const [name, , ...words] = command.split(/\s+/);
      const options = { cwd: root, encoding: "utf8" } as const;
      const { status, stderr } = spawnSync(process.execPath, [`local/${name}.ts`, ...words, "--help"], options);
      assert.equal(status, 0, stderr);
    });
  }
});

interface GitlabJob {
  stage?: string;
  extends?: string;
  script?: string[];
  rules?: { if: string; when?: string }[];
  environment?: unknown;
  resource_group?: string;
}

describe("The pipeline for GitLab", () => {
  const reference = { tag: "!reference", collection: "seq" as const };
  const pipeline = parse(read("gitlab-ci.yml"), { customTags: [reference] }) as Record<string, unknown>;
  const jobs = ["preview", "deploy", "drift"].map((name) => [name, pipeline[name] as GitlabJob] as const);
  const script = (name: string) => (pipeline[name] as GitlabJob).script ?? [];
  let runner: Runner;
  beforeEach(() => {
    runner = new Runner();
  });
  afterEach(() => runner.close());

  it("has a job for each of its stages, each for an occasion of its own", () => {
    assert.deepEqual(
      pipeline.stages,
      jobs.map(([name]) => name),
    );
    for (const [name, { stage, rules, extends: base }] of jobs) {
      assert.equal(stage, name);
      assert.equal(rules?.length, 1);
      assert.ok(`${base}` in pipeline);
    }
    const known = ["stages", "default", "variables", ".tools", ".production", ...jobs.map(([name]) => name)];
    assert.deepEqual(Object.keys(pipeline).sort(), known.sort());
    assert.equal((pipeline.deploy as GitlabJob).rules?.[0]?.when, "manual");
    assert.equal((pipeline[".production"] as GitlabJob).resource_group, "production");
  });

  it("writes one note on a merge request, and renews it", () => {
    const variables = {
      CI_MERGE_REQUEST_LABELS: "bug,allow data:postgres",
      CI_MERGE_REQUEST_DIFF_BASE_SHA: "abc",
      CI_API_V4_URL: "https://gitlab.example.com/api/v4",
      CI_MERGE_REQUEST_PROJECT_ID: "3",
      CI_MERGE_REQUEST_IID: "7",
    };
    const text = script("preview").join("\n");
    const without = runner.run(text, variables);
    assert.equal(without.code, 0, without.output);
    assert.deepEqual(without.calls, [
      "npm run --silent preview -- production --rehearsed --base abc --markdown --allow data:postgres",
    ]);
    const notes = "https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes";
    const first = runner.run(text, { ...variables, COMMENT_TOKEN: "t", NOTES: "[]" });
    assert.match(first.calls.at(-1) ?? "", new RegExp(`-X POST .*body@note\\.md ${notes}$`));
    const NOTES = JSON.stringify([
      { id: 5, body: "hello" },
      { id: 6, body: "<!-- landfall preview -->\nold" },
    ]);
    const again = runner.run(text, { ...variables, COMMENT_TOKEN: "t", NOTES, FAIL: "preview" });
    assert.match(again.calls.at(-1) ?? "", new RegExp(`-X PUT .*body@note\\.md ${notes}/6$`));
    assert.equal(again.code, 2);
  });

  it("lands what who starts it allows, and looks whether it serves", () => {
    const { code, calls } = runner.run(script("deploy").join("\n"), { ALLOW: "data:postgres data:redis" });
    assert.equal(code, 0);
    assert.deepEqual(calls, [
      "npm run --silent doctor -- production",
      "npm run --silent preview -- production --allow data:postgres --allow data:redis",
      "npx pulumi up --stack production --yes --skip-preview --non-interactive",
      "npm run --silent smoke -- production --wait 300",
    ]);
    assert.equal(runner.run(script("deploy").join("\n"), { FAIL: "preview" }).calls.length, 2);
    assert.equal(runner.run(script("drift").join("\n"), { FAIL: "npx" }).code, 1);
  });
});
