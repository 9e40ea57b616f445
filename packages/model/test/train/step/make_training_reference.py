"""Writes training-reference.json: gradients and AdamW steps of torchvision ResNets in float64.

Weights, images and labels are functions of a name (../../fixtures/make_reference.py), so that the test makes the same.
A network has 11 million gradients; kept of each tensor are its norm and its sums under eight random choices of signs,
whose mean square difference estimates the squared norm of the difference of two tensors without bias.
Run with PyTorch and torchvision: python3 make_training_reference.py
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchvision

sys.path.insert(0, str(Path(__file__).parents[2] / "fixtures"))
from make_reference import IMAGENET_MEAN, IMAGENET_STD, hashes, image, network, uniform  # noqa: E402

SKETCHES = 8
STEPS = 5
LEARNING_RATE = 3e-5
WEIGHT_DECAY = 1e-2
POSITIVE_WEIGHT = 2.7
CASES = [
    {"architecture": "resnet18", "stage": "full", "batchNorm": "frozen", "size": 112, "channels": 1, "count": 4},
    {"architecture": "resnet18", "stage": "full", "batchNorm": "frozen", "size": 75, "channels": 3, "count": 3},
    {"architecture": "resnet18", "stage": "full", "batchNorm": "batch", "size": 80, "channels": 1, "count": 8},
    {"architecture": "resnet18", "stage": "layer4", "batchNorm": "frozen", "size": 112, "channels": 1, "count": 4},
    {"architecture": "resnet34", "stage": "full", "batchNorm": "frozen", "size": 64, "channels": 3, "count": 2},
]


def sketch(name, tensor):
    values = tensor.detach().double().numpy().ravel()
    signs = hashes(f"{name}.sketch", values.size)
    return [float(np.sum(np.where((signs >> np.uint32(bit)) & np.uint32(1), -values, values))) for bit in range(SKETCHES)]


def described(name, tensor):
    return {"norm": float(tensor.norm()), "sketch": [float(f"{value:.9g}") for value in sketch(name, tensor)]}


def inputs(case):
    if case["stage"] == "layer4":
        side = case["size"] // 16
        return uniform("maps", (case["count"], 256, side, side), 0.0, 1.5).double()
    images = np.stack([image(f"train.{index}", case["channels"], case["size"]) for index in range(case["count"])])
    # A black border, as radiographs have: ties in the pooled maximum.
    images[:, :, : case["size"] // 4] = 0
    batch = (torch.from_numpy(images).double() / 255).expand(-1, 3, -1, -1)
    return torchvision.transforms.functional.normalize(batch, IMAGENET_MEAN, IMAGENET_STD)


def labels(count):
    return torch.tensor([[float(index % 3 == 0)] for index in range(count)], dtype=torch.float64)


def forward(model, stage, batch):
    if stage == "full":
        return model(batch)
    return model.fc(torch.flatten(model.avgpool(model.layer4(batch)), 1))


def in_training_mode(case):
    model = network(case["architecture"]).train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d) and case["batchNorm"] == "frozen":
            module.eval()
    return model


def float32_errors(case, gradients):
    """How far PyTorch's own float32 gradients are off: ReLU and maxima flip where two values are nearly equal."""
    model = in_training_mode(case).float()
    criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([POSITIVE_WEIGHT]))
    criterion(forward(model, case["stage"], inputs(case).float()), labels(case["count"]).float()).backward()
    return {
        name: float(f"{(parameter.grad.double() - gradients[name]).norm() / gradients[name].norm():.2g}")
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }


def reference(case):
    model = in_training_mode(case)
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    batch, target = inputs(case), labels(case["count"])
    criterion = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([POSITIVE_WEIGHT], dtype=torch.float64))
    parts = {"full": list(model.parameters()), "layer4": [*model.layer4.parameters(), *model.fc.parameters()]}
    optimizer = torch.optim.AdamW(parts[case["stage"]], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    losses, gradients, logits = [], {}, []
    for step in range(STEPS):
        optimizer.zero_grad()
        output = forward(model, case["stage"], batch)
        loss = criterion(output, target)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            logits = output.flatten().tolist()
            named = dict(model.named_parameters())
            exact = {n: p.grad.clone() for n, p in named.items() if p.grad is not None}
            errors = float32_errors(case, exact)
            gradients = {n: {**described(n, g), "float32Error": errors[n]} for n, g in exact.items()}
        optimizer.step()
    moved = {
        name: described(name, tensor - start[name])
        for name, tensor in model.state_dict().items()
        if not name.endswith("num_batches_tracked") and not torch.equal(tensor, start[name])
    }
    settings = {"learningRate": LEARNING_RATE, "weightDecay": WEIGHT_DECAY, "positiveWeight": POSITIVE_WEIGHT}
    return {**case, **settings, "losses": losses, "logits": logits, "gradients": gradients, "moved": moved}


def main():
    torch.set_num_threads(2)
    cases = [reference(case) for case in CASES]
    for case in cases:
        print(case["architecture"], case["stage"], case["batchNorm"], case["losses"], len(case["gradients"]))
    path = Path(__file__).parent / "training-reference.json"
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")


if __name__ == "__main__":
    main()
