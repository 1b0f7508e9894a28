"""The pages of an open project in the order of the sidebar."""

from inspector.app.augment.page import AugmentPage
from inspector.app.duplicates.page import DuplicatesPage
from inspector.app.export.page import ExportPage
from inspector.app.gallery.page import GalleryPage
from inspector.app.groups.page import GroupsPage
from inspector.app.labels.page import LabelsPage
from inspector.app.map.page import MapPage
from inspector.app.overview.page import OverviewPage
from inspector.app.splits.page import SplitsPage
from inspector.app.train.page import TrainPage
from inspector.app.widgets.page import Page

PAGES: tuple[type[Page], ...] = (
    OverviewPage, GalleryPage, DuplicatesPage, LabelsPage, GroupsPage, SplitsPage, AugmentPage,
    TrainPage, ExportPage, MapPage,
)  # fmt: skip
