"""What every builder, task and forecaster promises, tried one by one: built in, and anybody's.

from kerasduet.testing import check_builder, check_forecaster, check_task
check_builder("cnn", filters=4)
check_task("classification", {"builder": "dnn", "units": 4})
check_forecaster("theta")
"""

from kerasduet.testing.builders import check_builder
from kerasduet.testing.forecasters import check_forecaster
from kerasduet.testing.tasks import check_task

__all__ = ["check_builder", "check_forecaster", "check_task"]
