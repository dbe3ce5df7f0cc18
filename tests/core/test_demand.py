"""Who may serve whom, and from when on."""

from dataclasses import replace
from math import inf

from ccserver.core.demand import Ability, misfit, need_of, opens_after
from ccserver.core.ids import Queue, Skill
from ccserver.core.rules import Fit, QueueRules, Relaxation, Skills

REPAIR, BILLING = Skill("repair"), Skill("billing")
HELP = Queue("help")


def ability(
    *skills: tuple[Skill, int],
    queues: frozenset[Queue] = frozenset(),
    languages: frozenset[str] = frozenset(),
    regions: frozenset[str] = frozenset(),
) -> Ability:
    return Ability(queues, skills, languages, regions)


def after(rules: QueueRules, agent: Ability, language: str = "zh", region: str = "") -> float:
    return opens_after(rules, need_of(rules, language, region), agent)


def test_an_agent_serves_the_queues_whose_skills_he_has() -> None:
    rules = QueueRules(name=HELP, required=((REPAIR, 3),))
    assert after(rules, ability((REPAIR, 3))) == 0
    assert after(rules, ability((REPAIR, 2))) == inf
    assert after(rules, ability((BILLING, 5))) == inf


def test_an_agent_who_is_assigned_to_queues_serves_no_other() -> None:
    rules = QueueRules(name=HELP, required=((REPAIR, 1),))
    skilled = ability((REPAIR, 5), queues=frozenset({Queue("other")}))
    assert after(rules, skilled) == inf
    assert after(rules, ability((REPAIR, 5), queues=frozenset({HELP}))) == 0
    assert after(rules, ability(queues=frozenset({HELP}))) == inf, "the skill is still required"


def test_a_queue_that_asks_for_nothing_is_served_by_those_assigned_to_it() -> None:
    rules = QueueRules(name=HELP)
    assert after(rules, ability((REPAIR, 5))) == inf
    assert after(rules, ability(queues=frozenset({HELP}))) == 0


def test_a_preferred_language_is_held_for_some_seconds_and_a_required_one_for_ever() -> None:
    english = ability((REPAIR, 1), languages=frozenset({"en"}))
    preferred = QueueRules(name=HELP, required=((REPAIR, 1),), language_seconds=20.0)
    required = QueueRules(
        name=HELP,
        required=((REPAIR, 1),),
        language=Fit.REQUIRED,
        relax=(Relaxation(after_seconds=5.0, required=()),),
    )
    assert after(preferred, english, "zh-CN") == 20
    assert after(preferred, english, "en-GB") == 0
    assert after(preferred, english, "") == 0
    assert after(required, english, "zh") == inf
    assert after(required, english, "en") == 0


def test_a_region_counts_like_a_language() -> None:
    south = ability((REPAIR, 1), regions=frozenset({"south"}))
    skills: Skills = ((REPAIR, 1),)
    preferred = QueueRules(name=HELP, required=skills, region=Fit.PREFERRED, region_seconds=9.0)
    required = QueueRules(name=HELP, required=skills, region=Fit.REQUIRED)
    ignored = QueueRules(name=HELP, required=skills)
    assert after(preferred, south, region="north") == 9
    assert after(required, south, region="north") == inf
    assert after(ignored, south, region="north") == 0


def test_relaxing_opens_the_queue_to_who_has_less_to_offer() -> None:
    rules = QueueRules(
        name=HELP,
        required=((REPAIR, 4),),
        relax=(
            Relaxation(after_seconds=30.0, required=((REPAIR, 2),), language=Fit.PREFERRED),
            Relaxation(after_seconds=60.0, required=(), language=Fit.REQUIRED),
        ),
    )
    speaks = frozenset({"zh"})
    assert after(rules, ability((REPAIR, 4), languages=speaks)) == 0
    assert after(rules, ability((REPAIR, 2), languages=speaks)) == 30
    assert after(rules, ability((BILLING, 1), languages=speaks)) == 60
    english = frozenset({"en"})
    assert after(rules, ability((REPAIR, 2), languages=english)) == 50
    assert after(rules, ability((BILLING, 1), languages=english)) == inf


def test_a_step_of_relaxation_may_give_the_language_up() -> None:
    rules = QueueRules(name=HELP, required=(), relax=(Relaxation(after_seconds=5.0, required=()),))
    english = Ability(frozenset({HELP}), (), frozenset({"en"}), frozenset())
    assert opens_after(rules, need_of(rules, "zh", ""), english) == 5


def test_skills_that_a_caller_asks_for_are_required_until_a_step_of_relaxation() -> None:
    rules = QueueRules(name=HELP, required=((REPAIR, 1),))
    skilled, plain = ability((REPAIR, 1), (BILLING, 3)), ability((REPAIR, 1))
    need = need_of(rules, "", "", ((BILLING, 3),))
    assert opens_after(rules, need, skilled) == 0
    assert opens_after(rules, need, plain) == inf
    assert opens_after(rules, need, ability((BILLING, 3))) == inf, "the queue's are required still"
    relaxed = replace(rules, relax=(Relaxation(after_seconds=30.0, required=((REPAIR, 1),)),))
    assert opens_after(relaxed, need, skilled) == 0
    assert opens_after(relaxed, need, plain) == 30


def test_who_asks_for_the_same_skills_has_the_same_need() -> None:
    rules = QueueRules(name=HELP)
    both = need_of(rules, "", "", ((BILLING, 3), (REPAIR, 1)))
    assert both == need_of(rules, "", "", ((REPAIR, 1), (BILLING, 3)))
    assert both != need_of(rules, "", "") == need_of(rules, "", "", ())


def test_misfit_is_how_far_an_agent_is_from_what_is_preferred() -> None:
    rules = QueueRules(name=HELP, preferred=((REPAIR, 4), (BILLING, 2)))
    assert misfit(rules, ability((REPAIR, 5), (BILLING, 2))) == 0
    assert misfit(rules, ability((REPAIR, 2))) == 0.75
    assert misfit(QueueRules(name=HELP), ability()) == 0
