import { HairlineError } from "@hairline/core/errors";
import type { FastifyRequest } from "fastify";
import type { SentFile } from "./receive-upload.ts";
import type { UploadLimits } from "./upload-settings.ts";

/**
 * The files of a multipart body, one after the other; each is to be read to its end before the next is asked for.
 *
 * @throws HairlineError BAD_ARGUMENT for a part that is no file, a damaged body, or none; REQUEST_TOO_LARGE for too many files
 */
export async function* sentFiles(
  request: FastifyRequest,
  { maxFiles, maxBytes }: UploadLimits,
): AsyncGenerator<SentFile, void, undefined> {
  const limits = { files: maxFiles, fields: 0, parts: maxFiles + 1, fileSize: maxBytes + 1, headerPairs: 32 };
  let files = 0;
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === "field") throw badPart(part.fieldname);
      files += 1;
      yield { name: part.filename, chunks: part.file };
    }
  } catch (error) {
    throw asRefusal(error, maxFiles);
  }
  if (files > 0) return;
  throw new HairlineError("BAD_ARGUMENT", "The upload has no file.", {
    field: "file",
    remedy: "Send multipart/form-data with a part that has a filename for each file.",
  });
}

function badPart(name: string): HairlineError {
  return new HairlineError("BAD_ARGUMENT", `The part ${JSON.stringify(name.slice(0, 100))} is no file.`, {
    field: "file",
    remedy: "Send files only, each with a filename; what is said of the study goes where it is made.",
  });
}

function asRefusal(error: unknown, maxFiles: number): unknown {
  const { code = "" } = error as { code?: string };
  if (error instanceof HairlineError) return error;
  if (code === "FST_FILES_LIMIT" || code === "FST_PARTS_LIMIT") {
    return new HairlineError("REQUEST_TOO_LARGE", `An upload has at most ${maxFiles} files.`, {
      field: "HAIRLINE_UPLOAD_MAX_FILES",
      remedy: "Send them in several uploads.",
      cause: error,
    });
  }
  if (code === "FST_FIELDS_LIMIT") return badPart("of form data");
  return new HairlineError("BAD_ARGUMENT", "The multipart body is damaged or ends early.", {
    remedy: "Send it again; the boundary of its parts must be that of its Content-Type.",
    cause: error,
  });
}
