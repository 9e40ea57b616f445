import {
  datasetNameFrom,
  isHiddenName,
  isImageFileName,
  manifestDatasetName,
  parseDatasetName,
} from "@hairline/core/study";
import { expect, test } from "vitest";

test.each([
  ["MURA-v1.1", "MURA-v1.1"],
  ["my archive (2)", "my-archive-2"],
  ["Röntgen", "Rontgen"],
  [".hidden", "hidden"],
  ["__x", "x"],
  ["x".repeat(150), "x".repeat(100)],
])("the folder %j names the dataset %j", (folder, name) => {
  expect(datasetNameFrom(folder)).toBe(name);
});

test.each(["", "...", "骨折"])("the folder %j names none, so a name is asked for", (folder) => {
  expect(() => datasetNameFrom(folder)).toThrowError(
    expect.objectContaining({ code: "BAD_ARGUMENT", field: "--name" }),
  );
});

test.each([
  ["labels.csv", "fracatlas", "fracatlas"],
  ["Manifest.tsv", "hand", "hand"],
  ["wrist-2024.csv", "fracatlas", "wrist-2024"],
  ["a.b.csv", "x", "a.b"],
  ["labels.csv", "", "labels"],
])("the manifest %j in %j names the dataset %j", (file, folder, name) => {
  expect(manifestDatasetName(file, folder)).toBe(name);
});

test.each(["", "-a", "a b", "a/b", "x".repeat(101), "ä"])("%j is no dataset name", (name) => {
  expect(() => parseDatasetName(name)).toThrowError(expect.objectContaining({ code: "BAD_ARGUMENT" }));
});

test.each(["a.png", "a.PNG", "a.jpg", "a.Jpeg", "a.tif", "a.TIFF", "a.b.png"])("%s is an image", (name) => {
  expect(isImageFileName(name)).toBe(true);
});

test.each(["png", "a.png.txt", "a.dcm", "a.gif", "a.svg", "a.pngx", "a"])("%s is no image", (name) => {
  expect(isImageFileName(name)).toBe(false);
});

test.each([
  ["._image1.png", true],
  [".DS_Store", true],
  ["__MACOSX", true],
  ["image1.png", false],
])("%s is hidden: %j", (name, hidden) => {
  expect(isHiddenName(name)).toBe(hidden);
});
