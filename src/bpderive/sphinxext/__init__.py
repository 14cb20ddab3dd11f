"""The Sphinx extension of the book: what the library derives and checks, on bilingual pages.

    extensions = ["myst_nb", "bpderive.sphinxext"]
    html_math_renderer = "bpderive"

Directives: `equation`, `derivation`, `path-sum`, `notation-table`, `equation-index`, `glossary-table`,
`bibliography`, `api`, `commands`, `simplifications`, `solution`, for the catalogues `activation-page`,
`activation-comparison`, `try-activation`, `cost-page`, `pairing-table`, `pages-of`, and for figures `network-figure`,
`graph-figure`, `kernel-figure`, `mixing-figure`, `spread-figure`, `weight-figure`, `demon-experiment`, `path-growth`,
`learning-maps`, `saturation-figure`, `algorithm-flow`, `library-flow`, `summary-card`. `lab` is a
field in which a reader asks the machine. Roles: `eq`, `proof`, `formula`, `cite`. They print from the registry in the
language of the build, and every mark comes from a certificate made in it (`certificates`). To add a directive, derive
it from `bpderive.sphinxext.directive.BookDirective` and name it in `DIRECTIVES`.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from bpderive.letters.text import set_language
from bpderive.sphinxext import (
    bibliography,
    card,
    catalogue,
    domain,
    explanations,
    fonts,
    glossary,
    languages,
    markup,
    mathml,
    search,
    theme,
)
from bpderive.sphinxext.activation import ActivationPageDirective, ComparisonDirective, TryActivationDirective
from bpderive.sphinxext.api import ApiDirective, CommandsDirective
from bpderive.sphinxext.bibliography import BibliographyDirective
from bpderive.sphinxext.card import SummaryCardDirective
from bpderive.sphinxext.conventions import ConventionsTableDirective
from bpderive.sphinxext.cost import CostPageDirective, PairingTableDirective
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.equation import DerivationDirective, EquationDirective, FormulaRole
from bpderive.sphinxext.experiment import DemonExperimentDirective
from bpderive.sphinxext.flow import AlgorithmFlowDirective, LibraryFlowDirective
from bpderive.sphinxext.glossary import GlossaryTableDirective
from bpderive.sphinxext.graph_figures import (
    GraphFigureDirective,
    KernelFigureDirective,
    MixingFigureDirective,
)
from bpderive.sphinxext.growth import PathGrowthDirective
from bpderive.sphinxext.kept import source_hash
from bpderive.sphinxext.lab import LabDirective, SolutionDirective
from bpderive.sphinxext.learning import LearningCurvesDirective, MisreadDigitsDirective
from bpderive.sphinxext.maps import LearningMapsDirective
from bpderive.sphinxext.measured import MeasuredChartDirective, MeasuredTableDirective
from bpderive.sphinxext.network import NetworkFigureDirective, PathSumDirective
from bpderive.sphinxext.saturation import SaturationFigureDirective
from bpderive.sphinxext.spread import SpreadFigureDirective, WeightFigureDirective
from bpderive.sphinxext.tables import EquationIndexDirective, NotationTableDirective, SimplificationsDirective

DIRECTIVES: dict[str, type[BookDirective]] = {
    "equation": EquationDirective,
    "derivation": DerivationDirective,
    "path-sum": PathSumDirective,
    "lab": LabDirective,
    "learning-curves": LearningCurvesDirective,
    "misread-digits": MisreadDigitsDirective,
    "measured-chart": MeasuredChartDirective,
    "measured-table": MeasuredTableDirective,
    "network-figure": NetworkFigureDirective,
    "graph-figure": GraphFigureDirective,
    "kernel-figure": KernelFigureDirective,
    "mixing-figure": MixingFigureDirective,
    "summary-card": SummaryCardDirective,
    "spread-figure": SpreadFigureDirective,
    "algorithm-flow": AlgorithmFlowDirective,
    "library-flow": LibraryFlowDirective,
    "demon-experiment": DemonExperimentDirective,
    "path-growth": PathGrowthDirective,
    "learning-maps": LearningMapsDirective,
    "saturation-figure": SaturationFigureDirective,
    "weight-figure": WeightFigureDirective,
    "notation-table": NotationTableDirective,
    "equation-index": EquationIndexDirective,
    "simplifications": SimplificationsDirective,
    "conventions-table": ConventionsTableDirective,
    "glossary-table": GlossaryTableDirective,
    "bibliography": BibliographyDirective,
    "api": ApiDirective,
    "commands": CommandsDirective,
    "solution": SolutionDirective,
    "activation-page": ActivationPageDirective,
    "try-activation": TryActivationDirective,
    "activation-comparison": ComparisonDirective,
    "cost-page": CostPageDirective,
    "pairing-table": PairingTableDirective,
}


def _speak(app: Sphinx, config: Config) -> None:
    set_language("zh" if (config.language or "en").startswith("zh") else "en")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    for part in (
        markup,
        mathml,
        catalogue,
        domain,
        bibliography,
        card,
        explanations,
        glossary,
        languages,
        search,
        fonts,
        theme,
    ):
        part.setup(app)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_role("formula", FormulaRole())
    app.add_config_value("bpderive_source", source_hash(), "env", types=(str,))
    app.add_config_value("bpderive_variants", "", "env", types=(str,))
    app.add_config_value("bpderive_speed", "", "env", types=(str,))
    app.add_config_value("bpderive_accuracy", "", "env", types=(str,))
    app.connect("config-inited", _speak)
    return {"env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}
