/** The instrumentation scope of every span that Hairline makes. */
export const TRACER_NAME = "hairline";
