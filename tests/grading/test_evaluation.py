"""From checks and a cluster to results: messages, verdicts, recognised mistakes, and each thing read once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.grading.workloads import deployment, pod, replica_set
from tests.grading.world import NAMESPACE, World
from tutor.course.model import Assertion, Check, Condition, Exercise, Expectation, Mistake, Selector
from tutor.grading import Verdict
from tutor.grading.api import Unreachable
from tutor.grading.evaluation import describe, evaluate, evaluate_check
from tutor.grading.reader import Reader

WEB_APP = Selector("Deployment", "apps/v1", NAMESPACE, "web-app")
PODS = Selector("Pod", "v1", NAMESPACE, labels={"app": "web-app"})


def ready(count: int = 3, *, settling: bool = True) -> Check:
    assertion = Assertion("status.readyReplicas", Expectation("equals", count), "{value} ready", f"{count} ready")
    return Check("ready", "They are ready.", WEB_APP, (assertion,), "Only ready ones serve.", settling)


def present(of: Selector, there: bool = True) -> Check:
    return Check("there", "It is there.", of, (Assertion(None, Expectation("exists", there)),), "It has to be.")


def paused() -> Mistake:
    condition = Condition(WEB_APP, "spec.paused", Expectation("equals", True))
    return Mistake("paused", (condition,), "It is paused.\n", "lesson:zero-downtime#pause")


def exercise(*checks: Check, mistakes: tuple[Mistake, ...] = ()) -> Exercise:
    return Exercise(
        id="scale",
        version=1,
        title="Scale",
        sections=(5,),
        minutes=5,
        level=1,
        namespace=NAMESPACE,
        task="",
        checks=checks,
        hints=(),
        solution="",
        debrief="",
        lesson="pods",
        folder=Path(),
        mistakes=mistakes,
    )


@pytest.fixture
def world() -> World:
    return World()


def test_a_check_that_holds(world: World) -> None:
    deployment(world)
    result = evaluate_check(ready(), (), Reader(world), {})
    assert (result.verdict, result.is_, result.why) == (Verdict.PASSED, "", "Only ready ones serve.")


def test_a_failure_says_what_is_what_is_wanted_and_why(world: World) -> None:
    deployment(world, replicas=2)
    result = evaluate_check(ready(), (), Reader(world), {})
    assert result.verdict is Verdict.NOT_YET
    assert (result.is_, result.wanted, result.why) == ("2 ready", "3 ready", "Only ready ones serve.")


def test_a_missing_count_reads_as_none_at_all(world: World) -> None:
    workload = deployment(world, replicas=0)
    del workload["status"]["readyReplicas"]
    assert evaluate_check(ready(), (), Reader(world), {}).is_ == "0 ready"


def test_a_missing_object_is_named(world: World) -> None:
    result = evaluate_check(ready(), (), Reader(world), {})
    assert (result.verdict, result.is_) == (Verdict.NOT_YET, "there is no Deployment web-app in namespace production")


def test_the_first_assertion_that_fails_gives_the_message(world: World) -> None:
    deployment(world, replicas=2)
    wants = Assertion("spec.replicas", Expectation("equals", 3), "{value} asked for", "3 asked for")
    check = replace(ready(), assertions=(wants, *ready().assertions))
    assert evaluate_check(check, (), Reader(world), {}).is_ == "2 asked for"


def test_values_may_hold_braces(world: World) -> None:
    deployment(world)["spec"]["replicas"] = "{odd}"
    check = replace(ready(), assertions=(Assertion("spec.replicas", Expectation("equals", 3), "{value} of {all}"),))
    assert evaluate_check(check, (), Reader(world), {}).is_ == "{odd} of {all}"


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (WEB_APP, "Deployment web-app in namespace production"),
        (PODS, "Pod with app=web-app in namespace production"),
        (Selector("Node", "v1", None, "node-1"), "Node node-1"),
        (Selector("Service", "v1", NAMESPACE), "Service in namespace production"),
    ],
)
def test_a_selector_in_words(of: Selector, words: str) -> None:
    assert describe(of) == words


def test_existence_of_an_object_and_of_any_in_a_list(world: World) -> None:
    assert evaluate_check(present(PODS), (), Reader(world), {}).is_.startswith("there is no Pod with app=web-app")
    assert evaluate_check(present(PODS, there=False), (), Reader(world), {}).verdict is Verdict.PASSED
    pod(world, "one")
    assert evaluate_check(present(PODS), (), Reader(world), {}).verdict is Verdict.PASSED
    absent = evaluate_check(present(PODS, there=False), (), Reader(world), {})
    assert absent.is_ == "there is a Pod with app=web-app in namespace production"


def test_a_workload_that_moves_is_converging(world: World) -> None:
    owner = replica_set(world, deployment(world, readyReplicas=2))
    pod(world, "late", owner, waiting="ContainerCreating")
    assert evaluate_check(ready(), (), Reader(world), {}).verdict is Verdict.CONVERGING
    assert evaluate_check(ready(settling=False), (), Reader(world), {}).verdict is Verdict.NOT_YET


def test_a_status_of_an_older_spec_is_not_believed(world: World) -> None:
    workload = deployment(world)
    workload["metadata"]["generation"] = 2
    result = evaluate_check(ready(), (), Reader(world), {})
    assert (result.verdict, result.wanted) == (Verdict.CONVERGING, "3 ready")


def test_a_recognised_mistake_stands_beside_the_failure(world: World) -> None:
    deployment(world, replicas=2)["spec"]["paused"] = True
    result = evaluate_check(ready(), [paused()], Reader(world), {})
    assert (result.mistake, result.see) == ("It is paused.", "lesson:zero-downtime#pause")


def test_a_mistake_needs_all_of_its_conditions(world: World) -> None:
    deployment(world, replicas=2)["spec"]["paused"] = True
    others = Condition(PODS, "length(items)", Expectation("at_least", 1))
    both = replace(paused(), when=(*paused().when, others))
    assert evaluate_check(ready(), [both], Reader(world), {}).mistake is None
    pod(world, "one", ready=True)
    assert evaluate_check(ready(), [both], Reader(world), {}).mistake == "It is paused."


def test_facts_are_compared(world: World) -> None:
    one = pod(world, "one")
    same = Assertion("items[].metadata.uid", Expectation("none_of_fact", "before"), "old Pods", "new Pods")
    check = Check("new", "New Pods.", PODS, (same,), "")
    before = [one["metadata"]["uid"]]
    assert evaluate_check(check, (), Reader(world), {"before": before}).verdict is Verdict.NOT_YET
    assert evaluate_check(check, (), Reader(world), {"before": ["gone"]}).verdict is Verdict.PASSED


def test_the_verdict_of_the_exercise(world: World) -> None:
    deployment(world)
    good, bad = ready(), replace(ready(4), id="four")
    assert evaluate(exercise(good), Reader(world), {}).verdict is Verdict.PASSED
    report = evaluate(exercise(good, bad), Reader(world), {})
    assert (report.verdict, report.passed, report.total) == (Verdict.NOT_YET, 1, 2)


def test_converging_unless_something_else_is_wrong(world: World) -> None:
    owner = replica_set(world, deployment(world, readyReplicas=2))
    pod(world, "late", owner, waiting="ContainerCreating")
    missing = present(Selector("Service", "v1", NAMESPACE, "web"))
    assert evaluate(exercise(ready()), Reader(world), {}).verdict is Verdict.CONVERGING
    assert evaluate(exercise(ready(), missing), Reader(world), {}).verdict is Verdict.NOT_YET


def test_nothing_done_is_not_started_and_no_mistake(world: World) -> None:
    deployment(world, replicas=2)["spec"]["paused"] = True
    report = evaluate(exercise(ready(), mistakes=(paused(),)), Reader(world), {}, untouched=True)
    assert (report.verdict, report.results[0].mistake) == (Verdict.NOT_STARTED, None)


def test_nothing_done_is_nothing_to_wait_for(world: World) -> None:
    owner = replica_set(world, deployment(world, readyReplicas=2))
    pod(world, "late", owner, waiting="ContainerCreating")
    report = evaluate(exercise(ready()), Reader(world), {}, untouched=True)
    assert (report.verdict, report.results[0].verdict) == (Verdict.NOT_STARTED, Verdict.NOT_YET)


def test_everything_is_read_once(world: World) -> None:
    deployment(world, replicas=2)
    evaluate(exercise(ready(), replace(ready(4), id="four"), mistakes=(paused(),)), Reader(world), {})
    assert len(world.reads) == len(set(world.reads))


def test_an_api_that_does_not_answer_is_no_result(world: World) -> None:
    world.down = True
    with pytest.raises(Unreachable):
        evaluate(exercise(ready()), Reader(world), {})


def test_a_kind_the_cluster_does_not_know_has_no_objects(world: World) -> None:
    widgets = Selector("Widget", "example.com/v1", NAMESPACE, "one")
    assert Reader(world).select(widgets) is None


def test_a_kind_of_an_extension_is_found_by_discovery(world: World) -> None:
    world.objects["/apis/example.com/v1"] = {"resources": [{"name": "gadgetry", "kind": "Gadget", "namespaced": True}]}
    world.objects[f"/apis/example.com/v1/namespaces/{NAMESPACE}/gadgetry/one"] = {"metadata": {"name": "one"}}
    assert Reader(world).select(Selector("Gadget", "example.com/v1", NAMESPACE, "one")) == {"metadata": {"name": "one"}}
