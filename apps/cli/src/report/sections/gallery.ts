import { html, type Html } from "../html.ts";
import { counted, decimal, percent } from "../numbers.ts";
import type { GalleryPicture, PictureNotDrawn, ReportInput } from "../report-input.ts";
import { bodyPartWords, labelWords, REASON_WORDS } from "../words.ts";
import { section } from "./section.ts";

/** Radiographs with their heatmap. */
export function gallery({ gallery: pictures, notDrawn }: ReportInput): Html {
  if (pictures.length + notDrawn.length === 0) return html``;
  const content =
    pictures.length === 0
      ? html``
      : html`<p class="note">
            The surest examples of each kind, over as many body parts and reasons as there are: they show what
            happens, not how often. Brighter is more evidence; cyan frames are lesions the archive knows of.
          </p>
          <div class="gallery">${pictures.map(figure)}</div>`;
  return section("gallery", "Where the network looked", html`${content} ${missing(notDrawn)}`);
}

function figure(picture: GalleryPicture): Html {
  const { kind, imageId, objectKey, bodyPart, label, probability, entropy, area, jpeg, width, height } =
    picture;
  const facts = [
    `p ${decimal(probability)}`,
    ...(entropy === null ? [] : [`entropy ${decimal(entropy)}`]),
    ...(area === null ? [] : [`area ${percent(area)}`]),
  ];
  const part = bodyPartWords(bodyPart);
  return html`<figure>
    <img
      src="data:image/jpeg;base64,${Buffer.from(jpeg).toString("base64")}"
      width="${width}"
      height="${height}"
      alt="Radiograph ${imageId}, body part ${part}, with its heatmap. ${capitalised(kind)}: ${REASON_WORDS[picture.reason]}, ${labelWords(label)}."
    />
    <figcaption>
      <p class="kind"><strong class="${picture.outcome}">${capitalised(kind)}</strong> image ${imageId}</p>
      <p>${part}, ${labelWords(label)}</p>
      <p class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</p>
      ${remark(picture).map((text) => html`<p>${text}</p>`)}
      ${objectKey === null ? html`` : html`<code>${objectKey}</code>`}
    </figcaption>
  </figure>`;
}

function remark({ kind, reason, boxes, heat }: GalleryPicture): string[] {
  const why = kind === "inconclusive" ? [capitalised(REASON_WORDS[reason])] : [];
  const flat =
    heat === "degenerate" && reason !== "degenerate_cam" ? ["Flat heatmap: nothing is coloured"] : [];
  const noBox = boxes === 0 && kind === "miss" ? ["This view does not show the lesion"] : [];
  return [...why, ...flat, ...noBox];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function missing(notDrawn: readonly PictureNotDrawn[]): Html {
  if (notDrawn.length === 0) return html``;
  const listed = notDrawn.map(({ imageId, code }) => `image ${imageId} (${code})`).join(", ");
  return html`<p class="note">${counted(notDrawn.length, "picture")} could not be drawn: ${listed}.</p>`;
}
