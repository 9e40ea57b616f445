export { csvLine, type CsvCell } from "./csv-line.ts";
export { writeParquet, type ParquetOptions } from "./parquet-file.ts";
