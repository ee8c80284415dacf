"""What every builder and every task promises, tried one by one: for those built in and anybody's.

from kerasduet.testing import check_builder, check_task
check_builder("cnn", filters=4)
check_task("classification", {"builder": "dnn", "units": 4})
"""

from kerasduet.testing.builders import check_builder
from kerasduet.testing.tasks import check_task

__all__ = ["check_builder", "check_task"]
