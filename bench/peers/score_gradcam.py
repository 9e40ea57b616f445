"""The usual way to score a folder: PyTorch ResNet-18, batch 32, DataLoader workers, Grad-CAM at layer4 by hooks and a
backward pass, and probability, entropy and area for every image, kept in memory (no database, no quarantine).

    python3 score_gradcam.py FOLDER --cores 4

Prints {"hooks": img/s, "frozen": img/s, ...}: "hooks" goes backward through the whole network, as pytorch-grad-cam does;
"frozen" asks for no gradient below layer4, the fastest that hooks allow. Timed from the first batch asked for to the last
image's measures, on the first --images files. DataLoader workers and the forward pass share the cores; several splits
are tried on fewer files, and the best one of each counts. Needs torch and torchvision.
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
SAMPLE = 128
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


def gradients_by_hooks(model, batch):
    """Logits, layer4's activations and gradients; backward through everything that has parameters."""
    kept = {}
    hooks = [
        model.layer4.register_forward_hook(lambda module, inputs, output: kept.update(activations=output)),
        model.layer4.register_full_backward_hook(lambda module, inputs, outputs: kept.update(gradients=outputs[0])),
    ]
    logits = model(batch)
    logits.sum().backward()
    for hook in hooks:
        hook.remove()
    return logits.detach(), kept["activations"].detach(), kept["gradients"]


def gradients_frozen(model, batch):
    """The same; the network is frozen, and the hook makes layer4's output the only thing that asks for a gradient."""
    kept = {}

    def keep(module, inputs, output):
        kept["activations"] = output.requires_grad_()

    model.requires_grad_(False)
    hook = model.layer4.register_forward_hook(keep)
    logits = model(batch)
    hook.remove()
    (gradients,) = torch.autograd.grad(logits.sum(), kept["activations"])
    return logits.detach(), kept["activations"].detach(), gradients


def measures(logits, activations, gradients):
    """Probability, CAM entropy and area of each image of a batch."""
    weights = gradients.mean((2, 3), keepdim=True)
    cams = torch.relu((weights * activations).sum(1)).flatten(1)
    low, high = cams.min(1, keepdim=True).values, cams.max(1, keepdim=True).values
    shares = (cams - low) / (high - low + 1e-12)
    shares = shares / (shares.sum(1, keepdim=True) + 1e-12)
    entropy = -(shares * torch.log(shares + 1e-12)).sum(1)
    area = (cams > 0.5 * high).float().mean(1)
    return torch.sigmoid(logits.flatten()), entropy, area


def rate(paths, gradients_of, workers, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model = torchvision.models.resnet18(num_classes=1).eval().to(memory_format=torch.channels_last)
    loader = torch.utils.data.DataLoader(Folder(paths), batch_size=32, num_workers=workers)
    started = time.perf_counter()
    results = [measures(*gradients_of(model, batch.to(memory_format=torch.channels_last))) for batch in loader]
    seconds = time.perf_counter() - started
    assert sum(len(probability) for probability, _, _ in results) == len(paths)
    return len(paths) / seconds


def best_rate(paths, gradients_of, cores):
    splits = {(1, cores), (2, cores), (cores, cores), (1, max(1, cores - 1))}
    best = max(sorted(splits), key=lambda split: rate(paths[:SAMPLE], gradients_of, *split))
    return rate(paths, gradients_of, *best), best


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cores", type=int, default=torch.get_num_threads())
    parser.add_argument("--images", type=int, default=512)
    options = parser.parse_args()
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in NAMES)[: options.images]
    hooks, hooks_split = best_rate(paths, gradients_by_hooks, options.cores)
    frozen, frozen_split = best_rate(paths, gradients_frozen, options.cores)
    splits = {"hooks_workers_threads": hooks_split, "frozen_workers_threads": frozen_split}
    print(json.dumps({"hooks": hooks, "frozen": frozen, **splits}))


if __name__ == "__main__":
    main()
