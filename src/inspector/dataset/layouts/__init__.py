"""What a dataset's folders and label files mean: one module per convention, best fit wins.

`recognise` takes a folder and the user's `Choice` and returns a `Layout`, which maps each relative
path to a split and a class.
"""

from inspector.dataset.layouts.model import Alternative as Alternative
from inspector.dataset.layouts.model import Choice as Choice
from inspector.dataset.layouts.model import Kind as Kind
from inspector.dataset.layouts.model import Layout as Layout
from inspector.dataset.layouts.model import Location as Location
from inspector.dataset.layouts.model import Role as Role
from inspector.dataset.layouts.model import located as located
from inspector.dataset.layouts.recognition import recognise as recognise
from inspector.dataset.layouts.recognition import recognise_tree as recognise_tree
from inspector.dataset.layouts.tree import Tree as Tree
from inspector.dataset.layouts.tree import leads_back as leads_back
from inspector.dataset.layouts.tree import read_tree as read_tree
from inspector.dataset.layouts.views.class_tables import ClassDifference as ClassDifference
from inspector.dataset.layouts.views.class_tables import ClassTable as ClassTable
from inspector.dataset.layouts.views.class_tables import DifferenceKind as DifferenceKind
from inspector.dataset.layouts.views.class_tables import differences as differences
from inspector.dataset.layouts.views.class_tables import folder_tables as folder_tables
from inspector.dataset.layouts.views.class_tables import label_tables as label_tables
from inspector.dataset.layouts.views.class_tables import numbering as numbering
from inspector.dataset.layouts.views.class_tables import own_differences as own_differences
from inspector.dataset.layouts.views.outline import FolderOutline as FolderOutline
from inspector.dataset.layouts.views.outline import Outline as Outline
from inspector.dataset.layouts.views.outline import doubts as doubts
from inspector.dataset.layouts.views.outline import outline as outline
from inspector.dataset.layouts.views.roles import roles as roles
from inspector.dataset.layouts.views.roles import roles_of as roles_of
from inspector.dataset.layouts.words import IMAGE_ENDINGS as IMAGE_ENDINGS
from inspector.dataset.layouts.words import SPLIT_NAMES as SPLIT_NAMES
from inspector.dataset.layouts.words import fold_of as fold_of
from inspector.dataset.layouts.words import normal_split as normal_split
from inspector.dataset.layouts.words import split_of as split_of
