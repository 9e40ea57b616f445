import { resolve } from "node:path";
import { objectsLocation } from "@hairline/core/storage";
import { z } from "zod";
import { wholeNumber } from "../whole-number.ts";

const MEBIBYTE = 1024 ** 2;

/** Variables about uploads. */
export const UPLOAD_VARIABLES = {
  HAIRLINE_HOME: z.string().min(1).default(".hairline"),
  /** Where uploads go, as models do: a folder or s3://bucket/prefix; HAIRLINE_HOME/objects when unset. */
  HAIRLINE_OBJECTS: z.string().optional(),
  HAIRLINE_UPLOAD_MAX_BYTES: wholeNumber(MEBIBYTE, 64 * 1024 * MEBIBYTE).default(1024 * MEBIBYTE),
  HAIRLINE_UPLOAD_MAX_IMAGE_BYTES: wholeNumber(1024, 1024 * MEBIBYTE).default(64 * MEBIBYTE),
  HAIRLINE_UPLOAD_MAX_FILES: wholeNumber(1, 100_000).default(1000),
  HAIRLINE_UPLOAD_SECONDS: wholeNumber(1, 86_400).default(900),
  /** Below the connections of the pool: each may hold one while it stores. */
  HAIRLINE_UPLOADS_AT_ONCE: wholeNumber(1, 8).default(4),
};

/** Bounds on what one upload may cost. */
export interface UploadLimits {
  /** Of the whole request. */
  readonly maxBytes: number;
  /** Of one image; each upload under way holds one in memory. */
  readonly maxImageBytes: number;
  /** Parts of the request, and entries of a ZIP. */
  readonly maxFiles: number;
  /** What the entries of a ZIP may come to. */
  readonly maxUnpackedBytes: number;
  /** Unpacked to packed size of an entry above 1 MiB: radiographs stay below 20, bombs are at 1,000. */
  readonly maxRatio: number;
  /** width × height, read from the header. */
  readonly maxPixels: number;
  /** A client that sends nothing for so long is given up. */
  readonly stallMs: number;
  /** The whole request, its storing included. */
  readonly totalMs: number;
}

export interface UploadSettings {
  /** Folder or s3://bucket/prefix. */
  readonly location: string;
  readonly limits: UploadLimits;
  /** Uploads under way in this process: each holds an image in memory. */
  readonly atOnce: number;
}

type Variables = z.output<z.ZodObject<typeof UPLOAD_VARIABLES>>;

/** @throws HairlineError BAD_ARGUMENT for a HAIRLINE_OBJECTS that is no location */
export function uploadSettings(variables: Variables): UploadSettings {
  return {
    location: objectsLocation(variables.HAIRLINE_OBJECTS, resolve(variables.HAIRLINE_HOME)),
    limits: {
      maxBytes: variables.HAIRLINE_UPLOAD_MAX_BYTES,
      maxImageBytes: variables.HAIRLINE_UPLOAD_MAX_IMAGE_BYTES,
      maxFiles: variables.HAIRLINE_UPLOAD_MAX_FILES,
      maxUnpackedBytes: 4 * variables.HAIRLINE_UPLOAD_MAX_BYTES,
      maxRatio: 100,
      maxPixels: 100_000_000,
      stallMs: 30_000,
      totalMs: variables.HAIRLINE_UPLOAD_SECONDS * 1000,
    },
    atOnce: variables.HAIRLINE_UPLOADS_AT_ONCE,
  };
}
