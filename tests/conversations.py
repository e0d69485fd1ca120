"""Conversations for tests: our own sentences, and a strategy for rough ones."""

import hypothesis.strategies as st

from ccnlp.types import Transcript, Turn

#: Sentences that make every analyser speak.
SENTENCES = (
    "您好,这里是清川通信,工号1032,请问有什么可以帮您?",
    "我家宽带断了三天,打了两回电话都没人来,我要去12315投诉你们",
    "你有完没完,自己不会看说明书吗",
    "我的手机号是13800138000,叫王建国",
    "幺三八零零幺三八",
    "零零零",
    "非常抱歉给您添麻烦了,24小时内会有师傅联系您",
    "請幫我轉真人客服,這個我看不清楚",
    "😊😊 謝謝你,服務真好!",
    "",
    "我不是要投诉,就问问12315是干嘛的",
    "还有其他可以帮您的吗?感谢您的来电,祝您生活愉快,再见",
)

rough_text = st.one_of(
    st.sampled_from(SENTENCES),
    st.text(max_size=40),
    st.lists(st.sampled_from(SENTENCES), min_size=2, max_size=3).map(" ".join),
    st.text(alphabet="投诉12315 *-😊\u200b幺三八零我你們请問\ud800\u0301", max_size=30),
)

turns = st.builds(
    Turn,
    speaker=st.sampled_from(("customer", "agent", "bot", "system")),
    text=rough_text,
    start_seconds=st.none() | st.floats(0, 1e5),
    end_seconds=st.none() | st.floats(0, 1e5),
)

transcripts = st.builds(
    Transcript,
    conversation_id=st.just("t-1"),
    turns=st.lists(turns, max_size=12).map(tuple),
    channel=st.sampled_from(("voice", "chat", "email", "social")),
    customer_tier=st.sampled_from((None, "vip", "gold")),
)


def talk(*lines: str, channel: str = "chat", **about: object) -> Transcript:
    """A transcript from lines such as ``"A 您好"`` (A agent, B bot, C customer, S system)."""
    speakers = {"A": "agent", "B": "bot", "C": "customer", "S": "system"}
    made = tuple(Turn(speaker=speakers[line[0]], text=line[2:]) for line in lines)  # type: ignore[arg-type]
    return Transcript(conversation_id="t-1", turns=made, channel=channel, **about)  # type: ignore[arg-type]
