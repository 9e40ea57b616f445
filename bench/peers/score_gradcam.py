"""The usual way to score a folder: PyTorch ResNet-18, batch 32, DataLoader workers, Grad-CAM at layer4 by hooks and a
backward pass (as pytorch-grad-cam does), probability, entropy and area for every image, results kept in memory.

    python3 score_gradcam.py FOLDER --cores 4

Prints {"images_per_second": ...}, timed from the first batch asked for to the last image's measures. Needs torch and
torchvision. DataLoader workers take the cores beside those of the forward pass; the best of a few splits counts.
"""

import argparse
import json
import time
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torchvision import transforms

NAMES = {".png", ".jpg", ".jpeg", ".tif", ".tiff"}
PREPROCESS = transforms.Compose(
    [
        transforms.Resize((224, 224)),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)


class Folder(torch.utils.data.Dataset):
    def __init__(self, paths):
        self.paths = paths

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            return PREPROCESS(image.convert("RGB"))


def score(model, batch):
    """Probability, CAM entropy and area of each image of a batch, by a true Grad-CAM."""
    kept = {}
    hooks = [
        model.layer4.register_forward_hook(lambda module, inputs, output: kept.update(activations=output)),
        model.layer4.register_full_backward_hook(lambda module, inputs, outputs: kept.update(gradients=outputs[0])),
    ]
    logits = model(batch)
    logits.sum().backward()
    for hook in hooks:
        hook.remove()
    weights = kept["gradients"].mean((2, 3), keepdim=True)
    cams = torch.relu((weights * kept["activations"]).sum(1)).detach().flatten(1)
    low, high = cams.min(1, keepdim=True).values, cams.max(1, keepdim=True).values
    shares = (cams - low) / (high - low + 1e-12)
    shares = shares / (shares.sum(1, keepdim=True) + 1e-12)
    entropy = -(shares * torch.log(shares + 1e-12)).sum(1)
    area = (cams > 0.5 * high).float().mean(1)
    return torch.sigmoid(logits.detach().flatten()), entropy, area


def rate(paths, workers, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=1).eval().to(memory_format=torch.channels_last)
    loader = torch.utils.data.DataLoader(Folder(paths), batch_size=32, num_workers=workers)
    started = time.perf_counter()
    results = [score(model, batch.to(memory_format=torch.channels_last)) for batch in loader]
    seconds = time.perf_counter() - started
    assert sum(len(probability) for probability, _, _ in results) == len(paths)
    return len(paths) / seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cores", type=int, default=torch.get_num_threads())
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in NAMES)
    splits = {(1, options.cores), (2, options.cores), (1, max(1, options.cores - 1))}
    sample = paths[:256]
    best = max(sorted(splits), key=lambda split: rate(sample, *split))
    print(json.dumps({"images_per_second": rate(paths, *best), "workers": best[0], "threads": best[1]}))


if __name__ == "__main__":
    main()
