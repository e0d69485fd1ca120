// Only what the report draws: bars and lines on a grid, as SVG (sharp in print, small).
// Legends and summaries for screen readers are the page's own HTML.
import { init, use } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, GridComponent, LineChart, MarkLineComponent, SVGRenderer, TooltipComponent]);

export { init };
