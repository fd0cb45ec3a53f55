// Runs three scanners from npm on a site and prints JSON. Arguments: host, page file, policy.
import fs from "node:fs";
import { scan } from "@mdn/mdn-http-observatory/src/scanner/index.js";
import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { CspParser } from "csp_evaluator/dist/parser.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { Readability } from "@mozilla/readability";
import { JSDOM } from "jsdom";

const [host, file, policy] = process.argv.slice(2);
const observatory = await scan(host);
const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
const { window } = new JSDOM(fs.readFileSync(file, "utf8"), { url: `https://${host}/` });
const before = window.document.querySelector("main").textContent.replace(/\s/g, "").length;
const read = new Readability(window.document).parse();
console.log(JSON.stringify({
  observatory: {
    score: observatory.scan.score,
    failed: Object.entries(observatory.tests).filter(([, test]) => !test.pass).map(([name]) => name),
  },
  csp: findings.filter((f) => f.severity < Severity.INFO).map((f) => f.description),
  reader: {
    share: Math.round((100 * read.textContent.replace(/\s/g, "").length) / before),
    numbers: (read.content.match(/href="tel:/g) || []).length,
  },
}));
