import { Gauge, type Registry } from "prom-client";

export interface ReadingGaugeOptions<Reading, Label extends string> {
  readonly registry: Registry;
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly Label[];
  /** Undefined when nothing could be read: then there are no series, rather than old ones. */
  readonly read: () => Promise<Reading | undefined>;
  readonly fill: (gauge: Gauge<Label>, reading: Reading) => void;
}

/** A gauge that is read anew at each scrape. Use `freshFor` where several share a reading. */
export function readingGauge<Reading, Label extends string = never>(
  options: ReadingGaugeOptions<Reading, Label>,
): void {
  const { registry, name, help, labelNames = [], read, fill } = options;
  const gauge: Gauge<Label> = new Gauge({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    async collect() {
      const reading = await read();
      gauge.reset();
      // A gauge without labels starts at 0, which would pass for a reading.
      if (reading === undefined) gauge.remove();
      else fill(gauge, reading);
    },
  });
}
