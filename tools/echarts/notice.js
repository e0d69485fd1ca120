// Writes what the licences of the bundled code ask for, from the installed packages themselves.
import { readFileSync, writeFileSync } from "node:fs";

const target = "../../ccnlp/report/static/NOTICE";
const read = (path) => readFileSync(`node_modules/${path}`, "utf8").trim();
const version = (name) => JSON.parse(read(`${name}/package.json`)).version;
const parts = [
  "echarts.min.js is built from the packages below by tools/echarts (npm ci && npm run build):\n" +
    "only bars, lines, grid, tooltip, mark lines and the SVG renderer.",
  `Apache ECharts ${version("echarts")} (Apache-2.0; the text stands in LICENSE-echarts)\n\n` +
    read("echarts/NOTICE"),
  `d3.js, parts of which ECharts embeds\n\n${read("echarts/licenses/LICENSE-d3")}`,
  `ZRender ${version("zrender")}\n\n${read("zrender/LICENSE")}`,
  `tslib ${version("tslib")}\n\n${read("tslib/LICENSE.txt")}`,
];
writeFileSync(target, parts.join(`\n\n${"-".repeat(78)}\n\n`) + "\n");
writeFileSync("../../ccnlp/report/static/LICENSE-echarts", read("echarts/LICENSE") + "\n");
