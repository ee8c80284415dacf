"""The classical networks of images, from LeNet-5 to ResNet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from kerasduet.environment import start_backend
from kerasduet.models.counting import counted
from kerasduet.registry import BUILDERS
from kerasduet.settings.named import answers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["network_history"]

COLUMNS = ("year", "network", "builder", "authors", "depth")
SCORES = ("top5_error", "averaged", "scored_on", "source")
VGG = "Simonyan and Zisserman"
RESNET = "He, Zhang, Ren and Sun"
NETWORKS = (
    (1998, "LeNet-5", "lenet5", "LeCun, Bottou, Bengio and Haffner", 5),
    (2012, "AlexNet", "alexnet", "Krizhevsky, Sutskever and Hinton", 8),
    (2014, "ZF-Net", "zfnet", "Zeiler and Fergus", 8),
    (2015, "VGG-16", "vgg16", VGG, 16),
    (2015, "VGG-19", "vgg19", VGG, 19),
    (2015, "GoogLeNet", "googlenet", "Szegedy et al.", 22),
    (2016, "ResNet-18", "resnet18", RESNET, 18),
    (2016, "ResNet-34", "resnet34", RESNET, 34),
    (2016, "ResNet-50", "resnet50", RESNET, 50),
    (2016, "ResNet-152", "resnet152", RESNET, 152),
)
# Per cent, and of how many networks' mean probabilities.
ERRORS = {
    "alexnet": (15.3, 7, "ILSVRC-2012 test", "Krizhevsky et al. (2012), table 2"),
    "zfnet": (14.8, 6, "ILSVRC-2012 test", "Zeiler and Fergus (2014), table 2"),
    "vgg16": (7.2, 1, "ILSVRC-2012 validation", f"{VGG} (2015), table 5"),
    "vgg19": (7.1, 1, "ILSVRC-2012 validation", f"{VGG} (2015), table 5"),
    "googlenet": (6.67, 7, "ILSVRC-2014 test", "Szegedy et al. (2015), table 2"),
    "resnet34": (5.71, 1, "ILSVRC-2012 validation", "He et al. (2016), table 4"),
    "resnet50": (5.25, 1, "ILSVRC-2012 validation", "He et al. (2016), table 4"),
    "resnet152": (3.57, 6, "ILSVRC-2015 test", "He et al. (2016), table 5"),
}


@answers()
def network_history() -> pd.DataFrame:
    """List the classical networks of images, with what their papers say of them.

    Returns
    -------
    pandas.DataFrame
        One row a network: year of the paper, network, builder, authors, depth (layers with weights
        on the way from image to classes), parameters (all weights of the builder's network
        with its defaults, counted when you ask), top5_error (of the ImageNet challenge, in per
        cent), averaged (how many networks' probabilities were averaged for it),
        scored_on (which images) and source. The error and what belongs to it are missing for
        LeNet-5, which is older than ImageNet, and for ResNet-18, whose paper has none.

    Notes
    -----
    The errors are not all of one kind: some are of one network on the validation images, some of
    several on the test images, as the columns averaged and scored_on say. GoogLeNet is counted
    with its auxiliary heads.

    Examples
    --------
    >>> table = network_history()
    >>> table[["network", "depth", "parameters"]].to_numpy().tolist()[3]
    ['VGG-16', 16, 138357544]
    """
    import pandas as pd

    rows = [(*network, _parameters(network[2])) for network in NETWORKS]
    table = pd.DataFrame(rows, columns=[*COLUMNS, "parameters"])
    none = (float("nan"), float("nan"), None, None)
    scores = [ERRORS.get(builder, none) for builder in table["builder"]]
    return pd.concat([table, pd.DataFrame(scores, columns=list(SCORES))], axis=1)


@cache
def _parameters(builder: str) -> int:
    start_backend()
    return sum(layer.parameters for layer in counted(BUILDERS[builder]))
