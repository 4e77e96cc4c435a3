<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="zh_CN">
<context>
    <name>AcceptDialog</name>
    <message>
        <source>验收</source>
        <translation>Accept</translation>
    </message>
    <message>
        <source>验收意见</source>
        <translation>Remarks</translation>
    </message>
    <message>
        <source>验收后这个哨结束，部门不能再填报。只有街道能验收。</source>
        <translation>Accepting ends this whistle; departments can report no more. Only the street can accept.</translation>
    </message>
</context>
<context>
    <name>AccountDialog</name>
    <message>
        <source>我的账号</source>
        <translation>My account</translation>
    </message>
    <message>
        <source>登录的地方</source>
        <translation>Where you are signed in</translation>
    </message>
    <message>
        <source>工作站或地址</source>
        <translation>Station or address</translation>
    </message>
    <message>
        <source>登录于</source>
        <translation>Since</translation>
    </message>
    <message>
        <source>有效至</source>
        <translation>Until</translation>
    </message>
    <message>
        <source>说明</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>结束所选的登录</source>
        <translation>End the chosen sign-in</translation>
    </message>
    <message>
        <source>更改密码</source>
        <translation>Change password</translation>
    </message>
    <message>
        <source>原密码</source>
        <translation>Old password</translation>
    </message>
    <message>
        <source>新密码，至少十个字符</source>
        <translation>New password, ten characters or more</translation>
    </message>
    <message>
        <source>新密码，再输一次</source>
        <translation>New password, once more</translation>
    </message>
    <message>
        <source>本机还有 {count} 件未发送，换人后由您本人再次登录时发送。</source>
        <translation>{count} acts here are not sent yet; they go out when you yourself sign in again.</translation>
    </message>
    <message>
        <source>没有未发送的操作。</source>
        <translation>Nothing waits to be sent.</translation>
    </message>
    <message>
        <source>退出登录，换人</source>
        <translation>Sign out, hand over</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>本次登录</source>
        <translation>This one</translation>
    </message>
    <message>
        <source>密码已更改，其他地方的登录已结束。</source>
        <translation>The password is changed; your other sign-ins have ended.</translation>
    </message>
    <message>
        <source>请填原密码和新密码。</source>
        <translation>Give the old and the new password.</translation>
    </message>
    <message>
        <source>两次输入的新密码不一样。</source>
        <translation>The two new passwords differ.</translation>
    </message>
</context>
<context>
    <name>ActBar</name>
    <message>
        <source>签收</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>联系</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>进展</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>交办</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>答复</source>
        <translation>Reply</translation>
    </message>
    <message>
        <source>审核</source>
        <translation>Review</translation>
    </message>
    <message>
        <source>回访</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>归档</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>吹哨</source>
        <translation>Whistle</translation>
    </message>
    <message>
        <source>更多</source>
        <translation>More</translation>
    </message>
    <message>
        <source>还没有打开案件。请在队列里选一件。</source>
        <translation>No case is open. Choose one in the queue.</translation>
    </message>
    <message>
        <source>还没有登录。</source>
        <translation>Nobody has signed in yet.</translation>
    </message>
</context>
<context>
    <name>ActDialog</name>
    <message>
        <source>取消</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>“{label}”还没有填。</source>
        <translation>&quot;{label}&quot; is still empty.</translation>
    </message>
</context>
<context>
    <name>AlarmFeed</name>
    <message>
        <source>超 {length}</source>
        <translation>{length} late</translation>
    </message>
    <message>
        <source>还剩 {length}</source>
        <translation>{length} left</translation>
    </message>
    <message>
        <source>{number} {urgency}未签收</source>
        <translation>{number} {urgency} unsigned</translation>
    </message>
    <message>
        <source>{title}，{past}</source>
        <translation>{title}, {past}</translation>
    </message>
    <message>
        <source>{title}，{length}后超签收时限</source>
        <translation>{title}, sign limit in {length}</translation>
    </message>
    <message>
        <source>{number} 吹哨未发出</source>
        <translation>{number} whistle not sent</translation>
    </message>
    <message>
        <source>{number} 未发出</source>
        <translation>{number} not sent</translation>
    </message>
    <message>
        <source>{unit}没有收到，先打电话</source>
        <translation>{unit} has not received it; phone first</translation>
    </message>
    <message>
        <source>应急哨还没到部门</source>
        <translation>Emergency whistle not delivered</translation>
    </message>
    <message>
        <source>{number} 召{unit}，在本机待发，{ahead}；先打电话</source>
        <translation>{number} calls {unit}, waiting at this station, {ahead}; phone first</translation>
    </message>
    <message>
        <source>{unit}未按时应哨</source>
        <translation>{unit} is late</translation>
    </message>
    <message>
        <source>{number} {past}</source>
        <translation>{number} {past}</translation>
    </message>
    <message>
        <source>{number} {clock}已超</source>
        <translation>{number} {clock} overdue</translation>
    </message>
    <message>
        <source>{number} {clock}超时</source>
        <translation>{number} {clock} late</translation>
    </message>
    <message>
        <source>{number} 一步存疑</source>
        <translation>{number}: an act in doubt</translation>
    </message>
    <message>
        <source>中心恢复过，可能没有这一步；按原编号再发一次</source>
        <translation>the centre was restored and may not have it; send it again under its id</translation>
    </message>
    <message>
        <source>最早一步等发已 {length}</source>
        <translation>Oldest act unsent for {length}</translation>
    </message>
    <message>
        <source>{number} 在本机待发，接通即补传；急事先打电话</source>
        <translation>{number} waits here, leaves with the link; phone first if urgent</translation>
    </message>
    <message>
        <source>本机时钟不对</source>
        <translation>This station&apos;s clock is wrong</translation>
    </message>
    <message>
        <source>{number} 一步搁置</source>
        <translation>{number} act parked</translation>
    </message>
    <message>
        <source>等您决定</source>
        <translation>Waits for your decision</translation>
    </message>
    <message>
        <source>{number} {clock}临期</source>
        <translation>{number} {clock} due soon</translation>
    </message>
</context>
<context>
    <name>AlarmStrip</name>
    <message>
        <source>打开</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>确认</source>
        <translation>Acknowledge</translation>
    </message>
    <message>
        <source>未确认 {count}</source>
        <translation>{count} unacknowledged</translation>
    </message>
    <message>
        <source>已确认未消 {count}</source>
        <translation>{count} acknowledged</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
</context>
<context>
    <name>ArrivalDialog</name>
    <message>
        <source>记部门到场</source>
        <translation>Record an arrival</translation>
    </message>
    <message>
        <source>记到场</source>
        <translation>Record arrival</translation>
    </message>
    <message>
        <source>部门</source>
        <translation>Department</translation>
    </message>
    <message>
        <source>来人</source>
        <translation>Who came</translation>
    </message>
    <message>
        <source>谁，几人，带了什么</source>
        <translation>Who, how many, with what</translation>
    </message>
    <message>
        <source>以现在的时间记报到。由街道记，时间线上写明。</source>
        <translation>Recorded as of now, by the street; the timeline says so.</translation>
    </message>
</context>
<context>
    <name>ArrivalsChart</name>
    <message>
        <source>{hour} 时</source>
        <translation>{hour}:00</translation>
    </message>
</context>
<context>
    <name>AsOf</name>
    <message>
        <source>还没有数据</source>
        <translation>No data yet</translation>
    </message>
    <message>
        <source>截至 {time}</source>
        <translation>As of {time}</translation>
    </message>
    <message>
        <source>，不到 1 分前</source>
        <translation>, under 1 min ago</translation>
    </message>
    <message>
        <source>，{minutes} 分前</source>
        <translation>, {minutes} min ago</translation>
    </message>
    <message>
        <source>，{hours} 时前</source>
        <translation>, {hours} h ago</translation>
    </message>
</context>
<context>
    <name>AssignDialog</name>
    <message>
        <source>交办</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>交给</source>
        <translation>To</translation>
    </message>
    <message>
        <source>人或班组，例如 外勤 2 组</source>
        <translation>Person or team, e.g. Field team 2</translation>
    </message>
    <message>
        <source>最近</source>
        <translation>Recent</translation>
    </message>
    <message>
        <source>↑ ↓ 选用最近交办过的</source>
        <translation>↑ ↓ take a recent one</translation>
    </message>
    <message>
        <source>不交给社区</source>
        <translation>None</translation>
    </message>
    <message>
        <source>社区</source>
        <translation>Community</translation>
    </message>
    <message>
        <source>该社区的专员看到并办理</source>
        <translation>Its community workers see it and do it</translation>
    </message>
    <message>
        <source>要求</source>
        <translation>Instructions</translation>
    </message>
</context>
<context>
    <name>CallBackDialog</name>
    <message>
        <source>回访</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>记下回访</source>
        <translation>Record call-back</translation>
    </message>
    <message>
        <source>是</source>
        <translation>Yes</translation>
    </message>
    <message>
        <source>否</source>
        <translation>No</translation>
    </message>
    <message>
        <source>接通</source>
        <translation>Reached</translation>
    </message>
    <message>
        <source>联系过您吗</source>
        <translation>Were you contacted?</translation>
    </message>
    <message>
        <source>解决了吗</source>
        <translation>Is it solved?</translation>
    </message>
    <message>
        <source>满意吗</source>
        <translation>Are you satisfied?</translation>
    </message>
    <message>
        <source>来电人原话</source>
        <translation>In the caller&apos;s words</translation>
    </message>
    <message>
        <source>注意：记下后退回重办，{limit}内重新答复，计入重办次数。</source>
        <translation>Note: this sends the case back to be redone; a new reply is due within {limit}, and it counts as a redo.</translation>
    </message>
</context>
<context>
    <name>CallerLine</name>
    <message>
        <source>60 秒后收起</source>
        <translation>Hides after 60 s</translation>
    </message>
    <message>
        <source>保密</source>
        <translation>Confidential</translation>
    </message>
    <message>
        <source>没有留下</source>
        <translation>Not left</translation>
    </message>
    <message>
        <source>显示号码，记入审计</source>
        <translation>Show number (audited)</translation>
    </message>
</context>
<context>
    <name>CaseForms</name>
    <message>
        <source>申请退单</source>
        <translation>Request return</translation>
    </message>
    <message>
        <source>提出申请</source>
        <translation>Submit request</translation>
    </message>
    <message>
        <source>为什么不该由本单位办</source>
        <translation>Why this is not ours to handle</translation>
    </message>
    <message>
        <source>审定期间时限照走。不同意的，禁止再退。第二次退单须经裁定，裁定为准。</source>
        <translation>Clocks run on while it is decided. Once refused, it may not be returned again. A second return goes to adjudication, which is final.</translation>
    </message>
    <message>
        <source>申请延期</source>
        <translation>Request extension</translation>
    </message>
    <message>
        <source>延到</source>
        <translation>Extend to</translation>
    </message>
    <message>
        <source>为什么到期办不完，已向来电人说明了什么</source>
        <translation>Why it cannot be done in time, and what the caller has been told</translation>
    </message>
    <message>
        <source>须在到期前提出，只能延一次，至多延一个原时限。原时限留在统计里。</source>
        <translation>Ask before the limit, once, for at most the original limit again. Statistics keep the original limit.</translation>
    </message>
    <message>
        <source>申请挂账</source>
        <translation>Request suspension</translation>
    </message>
    <message>
        <source>复核日期</source>
        <translation>Review date</translation>
    </message>
    <message>
        <source>现在为什么解决不了，谁负责跟进</source>
        <translation>Why it cannot be solved now, and who follows it up</translation>
    </message>
    <message>
        <source>对外说明</source>
        <translation>Public reason</translation>
    </message>
    <message>
        <source>会告诉来电人</source>
        <translation>The caller will be told</translation>
    </message>
    <message>
        <source>批准后停表，每 30 天报一次进展，到复核日期自动恢复办理。</source>
        <translation>Once granted, clocks stop; progress is due every 30 days, and handling resumes at the review date.</translation>
    </message>
    <message>
        <source>申请剔除</source>
        <translation>Request exclusion</translation>
    </message>
    <message>
        <source>同意后不计入三率，案件照办。</source>
        <translation>Once granted, it leaves the three rates; the case is handled all the same.</translation>
    </message>
    <message>
        <source>撤回申请</source>
        <translation>Take request back</translation>
    </message>
    <message>
        <source>撤回</source>
        <translation>Take back</translation>
    </message>
    <message>
        <source>审批送出</source>
        <translation>Approve and send</translation>
    </message>
    <message>
        <source>同意并送出</source>
        <translation>Approve and send</translation>
    </message>
    <message>
        <source>审定申请</source>
        <translation>Decide request</translation>
    </message>
    <message>
        <source>审定</source>
        <translation>Decide</translation>
    </message>
    <message>
        <source>裁定退单</source>
        <translation>Adjudicate return</translation>
    </message>
    <message>
        <source>裁定</source>
        <translation>Adjudicate</translation>
    </message>
    <message>
        <source>裁定为准，此后任何单位不得再退。</source>
        <translation>Final: no unit may return it again.</translation>
    </message>
    <message>
        <source>转派</source>
        <translation>Transfer</translation>
    </message>
    <message>
        <source>来电人的时限从首次派单起接着走，新承办单位的时限重新起算。</source>
        <translation>The caller&apos;s limit runs on from the first dispatch; the new holder&apos;s clocks start anew.</translation>
    </message>
    <message>
        <source>撤单</source>
        <translation>Withdraw order</translation>
    </message>
    <message>
        <source>拆分</source>
        <translation>Split</translation>
    </message>
    <message>
        <source>拆成的案件</source>
        <translation>Parts</translation>
    </message>
    <message>
        <source>每行一件，至少两件</source>
        <translation>One per line, at least two</translation>
    </message>
    <message>
        <source>子案沿用母案的派单时间和来电人。子案都办完，母案才能归档。</source>
        <translation>Children keep the parent&apos;s dispatch and caller. The parent closes after its children.</translation>
    </message>
    <message>
        <source>并案</source>
        <translation>Merge</translation>
    </message>
    <message>
        <source>并入</source>
        <translation>Merge</translation>
    </message>
    <message>
        <source>并入的案件</source>
        <translation>Into case</translation>
    </message>
    <message>
        <source>同类的在前</source>
        <translation>Same category first</translation>
    </message>
    <message>
        <source>为什么是同一件事</source>
        <translation>Why it is the same matter</translation>
    </message>
    <message>
        <source>并入后本案结束，来电人由并入的案件答复。</source>
        <translation>This case ends; the caller is answered from the other one.</translation>
    </message>
    <message>
        <source>恢复办理</source>
        <translation>Resume</translation>
    </message>
    <message>
        <source>时限从停下的地方接着走。</source>
        <translation>Clocks go on from where they stopped.</translation>
    </message>
    <message>
        <source>退回重办</source>
        <translation>Redo</translation>
    </message>
    <message>
        <source>重新打开</source>
        <translation>Reopen</translation>
    </message>
    <message>
        <source>备注</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>记下</source>
        <translation>Record</translation>
    </message>
    <message>
        <source>街道</source>
        <translation>Street</translation>
    </message>
    <message>
        <source>区</source>
        <translation>District</translation>
    </message>
    <message>
        <source>市</source>
        <translation>City</translation>
    </message>
    <message>
        <source>督办</source>
        <translation>Supervise</translation>
    </message>
    <message>
        <source>督办级别</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>督办什么，要求何时办到什么程度</source>
        <translation>What is supervised, and what is expected by when</translation>
    </message>
    <message>
        <source>解除督办</source>
        <translation>Lift supervision</translation>
    </message>
    <message>
        <source>解除</source>
        <translation>Lift</translation>
    </message>
    <message>
        <source>调整紧急程度</source>
        <translation>Change urgency</translation>
    </message>
    <message>
        <source>调整</source>
        <translation>Change</translation>
    </message>
    <message>
        <source>改为</source>
        <translation>Change to</translation>
    </message>
    <message>
        <source>已用的时间照算，新时限从同一起点算起；已经过了的，再给 30 分钟。</source>
        <translation>Time used stays used: the new limit counts from the same start; if that is past, 30 minutes are given.</translation>
    </message>
    <message>
        <source>催办</source>
        <translation>Urge</translation>
    </message>
    <message>
        <source>记催办</source>
        <translation>Record urging</translation>
    </message>
    <message>
        <source>来电人说了什么</source>
        <translation>What the caller said</translation>
    </message>
    <message>
        <source>配发编号</source>
        <translation>Give number</translation>
    </message>
    <message>
        <source>配发</source>
        <translation>Give</translation>
    </message>
    <message>
        <source>工单编号</source>
        <translation>Order number</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>Source</translation>
    </message>
    <message>
        <source>依据</source>
        <translation>Ground</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>每行一份：界线图、权责清单、权属证明或文书的编号</source>
        <translation>One per line: number of the boundary map, duty list, ownership paper or document</translation>
    </message>
    <message>
        <source>佐证材料</source>
        <translation>Evidence</translation>
    </message>
    <message>
        <source>审定意见</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>同意</source>
        <translation>Grant</translation>
    </message>
    <message>
        <source>不同意</source>
        <translation>Refuse</translation>
    </message>
    <message>
        <source>审定结果</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>（先不转，由热线另派）</source>
        <translation>(not yet: the hotline dispatches)</translation>
    </message>
    <message>
        <source>转给</source>
        <translation>Transfer to</translation>
    </message>
    <message>
        <source>申请</source>
        <translation>Request</translation>
    </message>
    <message>
        <source>{kind}，{by}：{words}</source>
        <translation>{kind}, {by}: {words}</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
</context>
<context>
    <name>CasePanel</name>
    <message>
        <source>显示来电号码</source>
        <translation>Show the caller&apos;s number</translation>
    </message>
    <message>
        <source>撤销自己的上一步</source>
        <translation>Undo own last act</translation>
    </message>
    <message>
        <source>时限为何是这时</source>
        <translation>Why it is due then</translation>
    </message>
    <message>
        <source>没有打开案件</source>
        <translation>No case open</translation>
    </message>
    <message>
        <source>在队列里选一件，按 Enter 打开。</source>
        <translation>Choose one in the queue, Enter opens it.</translation>
    </message>
    <message>
        <source>承办 {holder}</source>
        <translation>Handled by {holder}</translation>
    </message>
    <message>
        <source>地址</source>
        <translation>Address</translation>
    </message>
    <message>
        <source>来电人</source>
        <translation>Caller</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
    <message>
        <source>没有写地址</source>
        <translation>No address given</translation>
    </message>
    <message>
        <source>时限</source>
        <translation>Limits</translation>
    </message>
    <message>
        <source>政策 {policy}，自派单 {start} 起算</source>
        <translation>Policy {policy}, counted from dispatch at {start}</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>自 {at}</source>
        <translation>since {at}</translation>
    </message>
    <message>
        <source>不停总钟</source>
        <translation>the citizen&apos;s clock runs on</translation>
    </message>
    <message>
        <source>时间线 {n}</source>
        <translation>Timeline {n}</translation>
    </message>
    <message>
        <source>最新在上</source>
        <translation>Newest on top</translation>
    </message>
    <message>
        <source>本机没有这位来电人的号码，请向热线查询。</source>
        <translation>This station does not have the caller&apos;s number; ask the hotline.</translation>
    </message>
    <message>
        <source>热线定</source>
        <translation>set by hotline</translation>
    </message>
    <message>
        <source>每 {limit}</source>
        <translation>every {limit}</translation>
    </message>
    <message>
        <source>停表</source>
        <translation>stopped</translation>
    </message>
    <message>
        <source>恢复后再算</source>
        <translation>runs on when resumed</translation>
    </message>
    <message>
        <source>用 {length}</source>
        <translation>took {length}</translation>
    </message>
    <message>
        <source>暂定 {at}</source>
        <translation>provisional {at}</translation>
    </message>
    <message>
        <source>至 {at}</source>
        <translation>by {at}</translation>
    </message>
    <message>
        <source>热线给定 {due}</source>
        <translation>Set by the hotline: {due}</translation>
    </message>
    <message>
        <source>{start} 起 {limit}，到 {due}。政策 {policy}</source>
        <translation>{limit} from {start}, until {due}. Policy {policy}</translation>
    </message>
    <message>
        <source>。暂定：假日历只发布到 {through}，以后只按周末算</source>
        <translation>. Provisional: the holiday calendar is published through {through} only; after that, weekends alone are counted off</translation>
    </message>
    <message>
        <source>{limit}（只算工作时间）</source>
        <translation>{limit} (working time only)</translation>
    </message>
    <message>
        <source>保密</source>
        <translation>Confidential</translation>
    </message>
    <message>
        <source>要求回复</source>
        <translation>Wants an answer</translation>
    </message>
    <message>
        <source>街道</source>
        <translation>Street</translation>
    </message>
    <message>
        <source>区</source>
        <translation>District</translation>
    </message>
    <message>
        <source>市</source>
        <translation>City</translation>
    </message>
    <message>
        <source>{level}督办</source>
        <translation>Supervised: {level}</translation>
    </message>
    <message>
        <source>停表，{at} 复核</source>
        <translation>Stopped, review {at}</translation>
    </message>
    <message>
        <source>{kind}待值班长送出</source>
        <translation>{kind}: draft, to be sent</translation>
    </message>
    <message>
        <source>{kind}待审定</source>
        <translation>{kind}: awaiting decision</translation>
    </message>
    <message>
        <source>催办 {n}</source>
        <translation>Urged {n}×</translation>
    </message>
    <message>
        <source>正等 {whom} {what}</source>
        <translation>Waiting for {whom}: {what}</translation>
    </message>
    <message>
        <source>正等 {what}</source>
        <translation>Waiting: {what}</translation>
    </message>
    <message>
        <source>重办 {n}</source>
        <translation>Redo {n}</translation>
    </message>
    <message>
        <source>重复诉求，前单 {number}</source>
        <translation>Repeated, before: {number}</translation>
    </message>
    <message>
        <source>禁止退回</source>
        <translation>No return</translation>
    </message>
    <message>
        <source>延期至 {at}</source>
        <translation>Extended to {at}</translation>
    </message>
    <message>
        <source>不计入考核：{ground}</source>
        <translation>Not appraised: {ground}</translation>
    </message>
    <message>
        <source>转自 {n} 家</source>
        <translation>Transferred, holders before: {n}</translation>
    </message>
    <message>
        <source>子案</source>
        <translation>Child</translation>
    </message>
    <message>
        <source>子案 {done}/{n} 办完</source>
        <translation>Children done {done}/{n}</translation>
    </message>
    <message>
        <source>并入 {n} 件</source>
        <translation>Duplicates merged: {n}</translation>
    </message>
    <message>
        <source>正等 {unit} {step}</source>
        <translation>Waiting for {unit}: {step}</translation>
    </message>
</context>
<context>
    <name>Clock</name>
    <message>
        <source>快了 {length}；</source>
        <translation>{length} fast; </translation>
    </message>
    <message>
        <source>慢了 {length}；</source>
        <translation>{length} slow; </translation>
    </message>
    <message>
        <source>计时和办理时间不受影响，请校正系统时间</source>
        <translation>timers and times of acts are not affected, please set the system clock</translation>
    </message>
</context>
<context>
    <name>CloseDialog</name>
    <message>
        <source>归档</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>回访</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>备注</source>
        <translation>Note</translation>
    </message>
</context>
<context>
    <name>CollisionDialog</name>
    <message>
        <source>“{field}”两人都改了</source>
        <translation>“{field}” was set by two people</translation>
    </message>
    <message>
        <source>您动手时看到的：{value}</source>
        <translation>What you saw when you began: {value}</translation>
    </message>
    <message>
        <source>我的，{at} 办</source>
        <translation>Mine, made {at}</translation>
    </message>
    <message>
        <source>{name}的，{at} 办</source>
        <translation>{name}&apos;s, made {at}</translation>
    </message>
    <message>
        <source>对方</source>
        <translation>Somebody else</translation>
    </message>
    <message>
        <source>我的内容</source>
        <translation>My text</translation>
    </message>
    <message>
        <source>对方的内容</source>
        <translation>The other text</translation>
    </message>
    <message>
        <source>不论留哪个，另一个都留在记录里。</source>
        <translation>Whichever you keep, the other stays on record.</translation>
    </message>
    <message>
        <source>留我的</source>
        <translation>Keep mine</translation>
    </message>
    <message>
        <source>用对方</source>
        <translation>Take theirs</translation>
    </message>
    <message>
        <source>编辑</source>
        <translation>Edit</translation>
    </message>
    <message>
        <source>以后再定</source>
        <translation>Decide later</translation>
    </message>
</context>
<context>
    <name>CommandBar</name>
    <message>
        <source>命令：签收 07433    吹哨 07387    查 地库    直接输尾号打开</source>
        <translation>Command: sign 07433    whistle 07387    find garage    or the number&apos;s tail</translation>
    </message>
    <message>
        <source>命令</source>
        <translation>Command</translation>
    </message>
    <message>
        <source>换区</source>
        <translation>Next pane</translation>
    </message>
    <message>
        <source>键位</source>
        <translation>Keys</translation>
    </message>
    <message>
        <source>没有找到“{words}”。编号可以只输末几位。</source>
        <translation>Nothing found for &quot;{words}&quot;. The last digits of a number are enough.</translation>
    </message>
    <message>
        <source>有 {count} 件，用 ↑ ↓ 选一件再按 Enter</source>
        <translation>{count} cases; choose with ↑ ↓, then Enter</translation>
    </message>
</context>
<context>
    <name>ConsoleWindow</name>
    <message>
        <source>案件</source>
        <translation>Case</translation>
    </message>
    <message>
        <source>哨</source>
        <translation>Whistles</translation>
    </message>
    <message>
        <source>案件和哨</source>
        <translation>Case and whistles</translation>
    </message>
    <message>
        <source>登记诉求</source>
        <translation>Take a demand in</translation>
    </message>
    <message>
        <source>视图</source>
        <translation>Views</translation>
    </message>
    <message>
        <source>本机待发箱</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>纸面</source>
        <translation>Paper</translation>
    </message>
    <message>
        <source>打印未结案件（纸质包）</source>
        <translation>Print open cases (paper pack)</translation>
    </message>
    <message>
        <source>队列</source>
        <translation>Queue</translation>
    </message>
    <message>
        <source>上一件、下一件</source>
        <translation>Previous, next case</translation>
    </message>
    <message>
        <source>最上、最下</source>
        <translation>First, last case</translation>
    </message>
    <message>
        <source>打开、返回</source>
        <translation>Open, back</translation>
    </message>
    <message>
        <source>让变动现在生效</source>
        <translation>Let waiting changes happen</translation>
    </message>
    <message>
        <source>已登记 {number}</source>
        <translation>Taken in as {number}</translation>
    </message>
    <message>
        <source>没有视图“{words}”</source>
        <translation>There is no view &quot;{words}&quot;</translation>
    </message>
    <message>
        <source>先选一件，或在命令里写编号</source>
        <translation>Choose a case first, or name its number</translation>
    </message>
    <message>
        <source>行高：紧凑</source>
        <translation>Rows: compact</translation>
    </message>
    <message>
        <source>行高：标准</source>
        <translation>Rows: standard</translation>
    </message>
    <message>
        <source>行高：宽松</source>
        <translation>Rows: comfortable</translation>
    </message>
</context>
<context>
    <name>ContactDialog</name>
    <message>
        <source>首次联系</source>
        <translation>First contact</translation>
    </message>
    <message>
        <source>联系来电人</source>
        <translation>Contact the caller</translation>
    </message>
    <message>
        <source>记下</source>
        <translation>Record</translation>
    </message>
    <message>
        <source>接通(&amp;1)</source>
        <translation>Reached (&amp;1)</translation>
    </message>
    <message>
        <source>未接通(&amp;2)</source>
        <translation>Not reached (&amp;2)</translation>
    </message>
    <message>
        <source>结果</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>说了什么</source>
        <translation>What was said</translation>
    </message>
    <message>
        <source>告知了什么，答应了什么</source>
        <translation>What was told, what was promised</translation>
    </message>
    <message>
        <source>未接通也要记：已记 {done} 次，满 {enough} 次计为首次联系。</source>
        <translation>Record attempts too: {done} so far; {enough} count as the first contact.</translation>
    </message>
</context>
<context>
    <name>DepartmentList</name>
    <message>
        <source>找部门：名称、拼音首字母、职责</source>
        <translation>Find by name, pinyin initials or duty</translation>
    </message>
    <message>
        <source>找部门</source>
        <translation>Find a department</translation>
    </message>
    <message>
        <source>部门</source>
        <translation>Department</translation>
    </message>
</context>
<context>
    <name>DepartmentRow</name>
    <message>
        <source>设为主责 Alt Z</source>
        <translation>Make lead, Alt Z</translation>
    </message>
    <message>
        <source>推荐</source>
        <translation>Proposed</translation>
    </message>
</context>
<context>
    <name>DepartmentTrack</name>
    <message>
        <source>主责</source>
        <translation>Lead</translation>
    </message>
    <message>
        <source>配合</source>
        <translation>Assisting</translation>
    </message>
    <message>
        <source>值班电话 {phone}</source>
        <translation>Duty line {phone}</translation>
    </message>
</context>
<context>
    <name>Departments</name>
    <message>
        <source>已召</source>
        <translation>Called</translation>
    </message>
    <message>
        <source>主责</source>
        <translation>Lead</translation>
    </message>
    <message>
        <source>配合</source>
        <translation>Assisting</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
    <message>
        <source>已在本案第 {number} 个哨里，不必再召</source>
        <translation>Already called by whistle {number} of this case</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>手上还有 {n} 个哨</source>
        <translation>{n} whistles still to answer</translation>
    </message>
    <message>
        <source>。</source>
        <translation>. </translation>
    </message>
    <message>
        <source>管“{duty}”，本案类别 {category}</source>
        <translation>In charge of &quot;{duty}&quot;; this case is {category}</translation>
    </message>
    <message>
        <source>管“{duty}”，诉求里提到</source>
        <translation>In charge of &quot;{duty}&quot;, which the demand mentions</translation>
    </message>
</context>
<context>
    <name>DiscardDialog</name>
    <message>
        <source>作废</source>
        <translation>Discard</translation>
    </message>
    <message>
        <source>为什么作废？理由留在回执里</source>
        <translation>Why discard it? The receipt keeps the reason</translation>
    </message>
    <message>
        <source>作废理由</source>
        <translation>Reason for discarding</translation>
    </message>
    <message>
        <source>不作废</source>
        <translation>Keep</translation>
    </message>
    <message>
        <source>请写明理由。</source>
        <translation>Give a reason.</translation>
    </message>
</context>
<context>
    <name>DoneDialog</name>
    <message>
        <source>办结</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>结果</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>做了什么，结果怎样。由街道验收</source>
        <translation>What was done, with what result. The street accepts it</translation>
    </message>
</context>
<context>
    <name>Drafting</name>
    <message>
        <source>弃稿</source>
        <translation>Drop draft</translation>
    </message>
    <message>
        <source>已恢复草稿，{age}写的。</source>
        <translation>Draft restored, written {age}.</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>共 {n} 步，最近：{said}</source>
        <translation>{n} acts, the latest: {said}</translation>
    </message>
    <message>
        <source>动笔以后案件有变动：{said}。您写的都在。</source>
        <translation>Since you began the case has changed: {said}. Your text is all here.</translation>
    </message>
    <message>
        <source>{at} {name} {said}</source>
        <translation>{at} {name} {said}</translation>
    </message>
</context>
<context>
    <name>HeldWhistles</name>
    <message>
        <source>还没到部门的哨</source>
        <translation>Whistles nobody has heard</translation>
    </message>
    <message>
        <source>另有 {n} 项待发，看本机待发箱（Ctrl+8）</source>
        <translation>{n} more wait; see the outbox (Ctrl+8)</translation>
    </message>
    <message>
        <source>电话通知</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>重新吹哨</source>
        <translation>Blow again</translation>
    </message>
    <message>
        <source>作废</source>
        <translation>Discard</translation>
    </message>
    <message>
        <source>撤回</source>
        <translation>Take back</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>派单，{urgency}</source>
        <translation>Dispatched, {urgency}</translation>
    </message>
    <message>
        <source>来时已办结</source>
        <translation>Arrived already handled</translation>
    </message>
    <message>
        <source>签收，早于已记的签收，以此为准</source>
        <translation>Signed for, earlier than the one on record: this one counts</translation>
    </message>
    <message>
        <source>签收</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>交办 {assignee}</source>
        <translation>Assigned to {assignee}</translation>
    </message>
    <message>
        <source>交办 {community} {assignee}</source>
        <translation>Assigned to {community}, {assignee}</translation>
    </message>
    <message>
        <source>到场</source>
        <translation>On scene</translation>
    </message>
    <message>
        <source>进展</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>答复送审</source>
        <translation>Reply sent for review</translation>
    </message>
    <message>
        <source>答复</source>
        <translation>Reply</translation>
    </message>
    <message>
        <source>答复审核通过，已反馈</source>
        <translation>Reply approved and sent</translation>
    </message>
    <message>
        <source>答复退回重写</source>
        <translation>Reply sent back to be rewritten</translation>
    </message>
    <message>
        <source>退回重办</source>
        <translation>Redo</translation>
    </message>
    <message>
        <source>归档</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>查看来电号码</source>
        <translation>Looked at the caller&apos;s number</translation>
    </message>
    <message>
        <source>个人信息已抹除</source>
        <translation>Personal data erased</translation>
    </message>
    <message>
        <source>备注</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>重新打开</source>
        <translation>Reopen</translation>
    </message>
    <message>
        <source>转派 {unit}</source>
        <translation>Transferred to {unit}</translation>
    </message>
    <message>
        <source>撤单</source>
        <translation>Withdraw order</translation>
    </message>
    <message>
        <source>拆成 {n} 件</source>
        <translation>Split into {n}</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>子案重新打开</source>
        <translation>Child reopened</translation>
    </message>
    <message>
        <source>子案办完</source>
        <translation>Child done</translation>
    </message>
    <message>
        <source>作为重复件并案</source>
        <translation>Merged as a duplicate</translation>
    </message>
    <message>
        <source>并入重复件</source>
        <translation>Duplicate absorbed</translation>
    </message>
    <message>
        <source>恢复办理</source>
        <translation>Resume</translation>
    </message>
    <message>
        <source>{level}级督办</source>
        <translation>Supervised, level {level}</translation>
    </message>
    <message>
        <source>解除{level}级督办</source>
        <translation>Supervision of level {level} lifted</translation>
    </message>
    <message>
        <source>紧急程度改为 {urgency}</source>
        <translation>Urgency changed to {urgency}</translation>
    </message>
    <message>
        <source>来电人催办</source>
        <translation>Caller urges</translation>
    </message>
    <message>
        <source>配发编号 {number}</source>
        <translation>Number given: {number}</translation>
    </message>
    <message>
        <source>撤销上一步</source>
        <translation>Last act undone</translation>
    </message>
    <message>
        <source>{text}（{who} 代传）</source>
        <translation>{text} (handed in by {who})</translation>
    </message>
    <message>
        <source>申请{kind}</source>
        <translation>Requested: {kind}</translation>
    </message>
    <message>
        <source>起草{kind}申请</source>
        <translation>Drafted request: {kind}</translation>
    </message>
    <message>
        <source>审批送出{kind}申请</source>
        <translation>Request sent: {kind}</translation>
    </message>
    <message>
        <source>撤回{kind}申请</source>
        <translation>Request taken back: {kind}</translation>
    </message>
    <message>
        <source>裁定同意{kind}</source>
        <translation>Adjudicated, granted: {kind}</translation>
    </message>
    <message>
        <source>同意{kind}</source>
        <translation>Granted: {kind}</translation>
    </message>
    <message>
        <source>{said}，转 {unit}</source>
        <translation>{said}, to {unit}</translation>
    </message>
    <message>
        <source>裁定不同意{kind}</source>
        <translation>Adjudicated, refused: {kind}</translation>
    </message>
    <message>
        <source>不同意{kind}</source>
        <translation>Refused: {kind}</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>吹{kind}，召 {units}</source>
        <translation>Blew {kind}: {units}</translation>
    </message>
    <message>
        <source>补批应急哨</source>
        <translation>Emergency whistle approved</translation>
    </message>
    <message>
        <source>记 {unit} {step}</source>
        <translation>Recorded for {unit}: {step}</translation>
    </message>
    <message>
        <source>{unit} 与街道联系</source>
        <translation>{unit} contacted the street</translation>
    </message>
    <message>
        <source>{unit} 离场</source>
        <translation>{unit} left</translation>
    </message>
    <message>
        <source>同意 {unit} 离场</source>
        <translation>{unit} left with leave</translation>
    </message>
    <message>
        <source>{unit} 未报到</source>
        <translation>{unit} did not report in</translation>
    </message>
    <message>
        <source>区里裁定：{unit} 仍须应哨</source>
        <translation>District: {unit} has to answer</translation>
    </message>
    <message>
        <source>区里裁定：{unit} 可不应哨</source>
        <translation>District: {unit} is released</translation>
    </message>
    <message>
        <source>退回 {unit} 整改</source>
        <translation>Sent back to {unit}</translation>
    </message>
    <message>
        <source>现场会商，{place}，到会 {n} 家</source>
        <translation>On-site meeting, {place}, {n} arrived</translation>
    </message>
    <message>
        <source>{unit} {step}用时已到 {share}%，已提醒</source>
        <translation>{unit}: {step} at {share}% of its limit, reminded</translation>
    </message>
    <message>
        <source>评 {unit} {total} 分</source>
        <translation>{unit} scored {total}</translation>
    </message>
    <message>
        <source>{unit} 称不属其职责，裁定前仍须先到</source>
        <translation>{unit} says it is not its duty; it must come all the same until decided</translation>
    </message>
    <message>
        <source>验收，哨结束</source>
        <translation>Accepted, whistle ended</translation>
    </message>
    <message>
        <source>撤回哨</source>
        <translation>Withdraw the whistle</translation>
    </message>
    <message>
        <source>已通知</source>
        <translation>Notified</translation>
    </message>
    <message>
        <source>签收哨</source>
        <translation>Signed the whistle</translation>
    </message>
    <message>
        <source>出发，在途</source>
        <translation>Set out</translation>
    </message>
    <message>
        <source>报到</source>
        <translation>Report in</translation>
    </message>
    <message>
        <source>措施已定</source>
        <translation>Measure agreed</translation>
    </message>
    <message>
        <source>办结</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>评分</source>
        <translation>Score</translation>
    </message>
    <message>
        <source>联系接通</source>
        <translation>Caller reached</translation>
    </message>
    <message>
        <source>联系未通，次数已够，计为首联</source>
        <translation>Not reached; enough attempts, counts as first contact</translation>
    </message>
    <message>
        <source>联系未通</source>
        <translation>Not reached</translation>
    </message>
    <message>
        <source>热线回访</source>
        <translation>Hotline call-back</translation>
    </message>
    <message>
        <source>街道回访</source>
        <translation>Street call-back</translation>
    </message>
    <message>
        <source>未接通</source>
        <translation>Not reached</translation>
    </message>
    <message>
        <source>称未被联系</source>
        <translation>Says nobody made contact</translation>
    </message>
    <message>
        <source>“{words}”</source>
        <translation>&quot;{words}&quot;</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
    <message>
        <source>由母案拆出，{urgency}</source>
        <translation>Split from its parent, {urgency}</translation>
    </message>
    <message>
        <source>“{what}”没有生效，只作记录</source>
        <translation>“{what}” had no effect, kept as a record</translation>
    </message>
    <message>
        <source>{head}：{rest}</source>
        <translation>{head}: {rest}</translation>
    </message>
</context>
<context>
    <name>Intake</name>
    <message>
        <source>可不填</source>
        <translation>may be left empty</translation>
    </message>
    <message>
        <source>登记诉求</source>
        <translation>Take a demand in</translation>
    </message>
    <message>
        <source>登记</source>
        <translation>Take in</translation>
    </message>
    <message>
        <source>诉求</source>
        <translation>Demand</translation>
    </message>
    <message>
        <source>一句话：什么事，要什么</source>
        <translation>one sentence: what is wrong, what is wanted</translation>
    </message>
    <message>
        <source>经过</source>
        <translation>In full</translation>
    </message>
    <message>
        <source>地址</source>
        <translation>Address</translation>
    </message>
    <message>
        <source>类别</source>
        <translation>Category</translation>
    </message>
    <message>
        <source>如：市政/路灯</source>
        <translation>such as city/lighting</translation>
    </message>
    <message>
        <source>紧急程度</source>
        <translation>Urgency</translation>
    </message>
    <message>
        <source>诉求类型</source>
        <translation>Kind</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>Came by</translation>
    </message>
    <message>
        <source>诉求人</source>
        <translation>Citizen</translation>
    </message>
    <message>
        <source>电话</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>保密</source>
        <translation>Secret</translation>
    </message>
    <message>
        <source>要求保密</source>
        <translation>wants to stay confidential</translation>
    </message>
    <message>
        <source>回复</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>要求回复</source>
        <translation>wants an answer</translation>
    </message>
    <message>
        <source>由本街道承办，时限从现在起算。编号是本地的，热线补发市级编号。</source>
        <translation>Handled by this street; limits count from now. The number is a local one, the hotline gives the city&apos;s later.</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>键位</source>
        <translation>Keys</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>KindList</name>
    <message>
        <source>哨种：{name}</source>
        <translation>Kind: {name}</translation>
    </message>
</context>
<context>
    <name>LiaisonWindow</name>
    <message>
        <source>视图</source>
        <translation>Views</translation>
    </message>
    <message>
        <source>召集本单位的哨</source>
        <translation>Whistles calling us</translation>
    </message>
    <message>
        <source>本机待发箱</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>应哨</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>命令：直接输尾号打开    查 地库    待发箱</source>
        <translation>Command: a number&apos;s tail opens it    find garage    outbox</translation>
    </message>
    <message>
        <source>这里能查编号和文字；办理请按下面的键</source>
        <translation>Numbers and words can be looked up here; act with the keys below</translation>
    </message>
    <message>
        <source>在外 {count}  未签收 {unsigned}  本单位超时 {late}</source>
        <translation>{count} out, {unsigned} unsigned, {late} late</translation>
    </message>
    <message>
        <source>没有召集本单位的哨。{as_of}</source>
        <translation>No whistle calls this unit. {as_of}</translation>
    </message>
</context>
<context>
    <name>LightTally</name>
    <message>
        <source>超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>临期</source>
        <translation>Due soon</translation>
    </message>
    <message>
        <source>过半</source>
        <translation>Half gone</translation>
    </message>
    <message>
        <source>充裕</source>
        <translation>In time</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>MeasureDialog</name>
    <message>
        <source>定措施</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>措施</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>做什么，谁做，何时做完</source>
        <translation>What, by whom, done by when</translation>
    </message>
</context>
<context>
    <name>MilestoneTrack</name>
    <message>
        <source>已办</source>
        <translation>done</translation>
    </message>
    <message>
        <source>超时办</source>
        <translation>done late</translation>
    </message>
    <message>
        <source>进行中</source>
        <translation>now</translation>
    </message>
    <message>
        <source>超时未办</source>
        <translation>late</translation>
    </message>
    <message>
        <source>未到</source>
        <translation>not yet</translation>
    </message>
    <message>
        <source>拒绝</source>
        <translation>Refuse</translation>
    </message>
    <message>
        <source>提前离开</source>
        <translation>Left early</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>MoreMenu</name>
    <message>
        <source>显示来电号码…</source>
        <translation>Show the caller&apos;s number…</translation>
    </message>
    <message>
        <source>复制工单编号</source>
        <translation>Copy the order number</translation>
    </message>
    <message>
        <source>记商定措施</source>
        <translation>Record agreed measure</translation>
    </message>
</context>
<context>
    <name>NoticeDialog</name>
    <message>
        <source>本机数据已销毁</source>
        <translation>This station&apos;s data has been destroyed</translation>
    </message>
    <message>
        <source>管理员已下令销毁本机数据：{reason}。密钥和文件已删除，请联系指挥中心。</source>
        <translation>An administrator had this station&apos;s data destroyed: {reason}. Key and files are gone; call the centre.</translation>
    </message>
    <message>
        <source>知道了</source>
        <translation>Understood</translation>
    </message>
</context>
<context>
    <name>Office</name>
    <message>
        <source>经本所中继（{keeper}）</source>
        <translation>Through the office&apos;s relay ({keeper})</translation>
    </message>
    <message>
        <source>同事 {n} 台 · 中心中断 {length}</source>
        <translation>{n} other stations · centre away {length}</translation>
    </message>
    <message>
        <source>经本所中继（{keeper}）与同事 {n} 台一起办理，{acts} 项同事所办未经中心裁定。</source>
        <translation>With {n} other stations through the relay of {keeper}; {acts} acts of theirs not judged. </translation>
    </message>
    <message>
        <source>本所有 {n} 个中继同时在开</source>
        <translation>{n} relays serve this office at once</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>全所跟随 {first}；本机后开，请按 Alt R 停用本机中继。</source>
        <translation>All stay with {first}; this station began later: press Alt R and stop its relay.</translation>
    </message>
    <message>
        <source>全所跟随 {first}；请 {later} 停用中继。</source>
        <translation>All stay with {first}; ask {later} to stop.</translation>
    </message>
    <message>
        <source>{each}。{advice}</source>
        <translation>{each}. {advice}</translation>
    </message>
    <message>
        <source>人工指定</source>
        <translation>by hand</translation>
    </message>
    <message>
        <source>按设置</source>
        <translation>by its settings</translation>
    </message>
    <message>
        <source>{keeper}（{since} 起，{how}）</source>
        <translation>{keeper} (since {since}, {how})</translation>
    </message>
    <message>
        <source>{maker} 的“{what}”中心已受理</source>
        <translation>{maker}&apos;s “{what}” was accepted by the centre</translation>
    </message>
    <message>
        <source>{maker} 的“{what}”被中心退回，画面已还原</source>
        <translation>{maker}&apos;s “{what}” was refused by the centre and is shown no more</translation>
    </message>
    <message>
        <source>{said}：{why}</source>
        <translation>{said}: {why}</translation>
    </message>
    <message>
        <source>{maker} 的“{what}”已过有效期，是否发出以中心为准</source>
        <translation>{maker}&apos;s “{what}” has outlived its time; whether it was sent is the centre&apos;s to say</translation>
    </message>
    <message>
        <source>{maker} 的“{what}”已过有效期，没有发出</source>
        <translation>{maker}&apos;s “{what}” has outlived its time and was not sent</translation>
    </message>
    <message>
        <source>{maker} 的“{what}”已放弃，画面已还原</source>
        <translation>{maker}&apos;s “{what}” was given up and is shown no more</translation>
    </message>
    <message>
        <source>待其工作站上传</source>
        <translation>goes up from its own station</translation>
    </message>
    <message>
        <source>工作站已报失，代传中</source>
        <translation>station lost; being handed in from here</translation>
    </message>
    <message>
        <source>无法证明是本人所办，须人工补录</source>
        <translation>not proved to be the maker&apos;s; enter it by hand</translation>
    </message>
    <message>
        <source>工作站没有报失，待其上传</source>
        <translation>station not declared lost; goes up from there</translation>
    </message>
    <message>
        <source>报失之后所办，中心不收</source>
        <translation>made after the station was lost; not taken</translation>
    </message>
    <message>
        <source>经办人账号已停用，中心不收</source>
        <translation>the maker&apos;s account is disabled; not taken</translation>
    </message>
    <message>
        <source>经办人已不在本所，须人工补录</source>
        <translation>the maker has left this office; enter it by hand</translation>
    </message>
    <message>
        <source>同案前一步未获受理，中心不收</source>
        <translation>the act before it was not accepted; not taken</translation>
    </message>
    <message>
        <source>待有来电人信息的工作站代传</source>
        <translation>waits for a station that has the caller</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>本机</source>
        <translation>this station</translation>
    </message>
</context>
<context>
    <name>OfficeDialog</name>
    <message>
        <source>本所协同</source>
        <translation>The office</translation>
    </message>
    <message>
        <source>中心不通时，本所一起办理</source>
        <translation>The office works together without the centre</translation>
    </message>
    <message>
        <source>同事所办</source>
        <translation>Act of a colleague</translation>
    </message>
    <message>
        <source>谁办</source>
        <translation>By</translation>
    </message>
    <message>
        <source>何时办</source>
        <translation>Made at</translation>
    </message>
    <message>
        <source>内容</source>
        <translation>Content</translation>
    </message>
    <message>
        <source>上传</source>
        <translation>Goes up</translation>
    </message>
    <message>
        <source>同事所办，中心尚未裁定</source>
        <translation>Acts of colleagues, not yet judged by the centre</translation>
    </message>
    <message>
        <source>导出</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>不再显示</source>
        <translation>Show no more</translation>
    </message>
    <message>
        <source>同事不会再传这一步时用：本所不再显示它，中心不受影响</source>
        <translation>When the colleague will never send it: the office shows it no more; the centre is not touched</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>编号</source>
        <translation>Number</translation>
    </message>
    <message>
        <source>办理</source>
        <translation>Act</translation>
    </message>
    <message>
        <source>已导出到 {path}</source>
        <translation>Exported to {path}</translation>
    </message>
    <message>
        <source>没有写成 {path}，请换一个位置</source>
        <translation>{path} could not be written; choose another place</translation>
    </message>
    <message>
        <source>中继：{who}。</source>
        <translation>Relay: {who}.</translation>
    </message>
    <message>
        <source>{title}：</source>
        <translation>{title}:</translation>
    </message>
    <message>
        <source>现在没有中继。中心不通时，指定一台工作站任中继，全所就能看到彼此所办。</source>
        <translation>There is no relay now. When the centre is away, make one station the relay, and all see what the others do.</translation>
    </message>
    <message>
        <source>停用本机中继</source>
        <translation>Stop serving as relay</translation>
    </message>
    <message>
        <source>本机担任本所中继</source>
        <translation>Serve this office as relay</translation>
    </message>
    <message>
        <source>本机按设置任中继，停用请改设置 serve_relay</source>
        <translation>This station is the relay by its settings; to stop, change the setting serve_relay</translation>
    </message>
    <message>
        <source>本机还没有本所的密钥或地址：须先联网登录一次</source>
        <translation>This station has no key or address of its office yet: it must have been online once</translation>
    </message>
    <message>
        <source>{n} 项，中心尚未裁定</source>
        <translation>{n}, not yet judged by the centre</translation>
    </message>
    <message>
        <source>同事没有未决的事项</source>
        <translation>No colleague has anything undecided</translation>
    </message>
    <message>
        <source>导出同事所办</source>
        <translation>Export colleagues&apos; acts</translation>
    </message>
</context>
<context>
    <name>OthersList</name>
    <message>
        <source>其他在外的哨</source>
        <translation>Other whistles out</translation>
    </message>
</context>
<context>
    <name>Outage</name>
    <message>
        <source>看本机待发</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>本所协同</source>
        <translation>The office</translation>
    </message>
    <message>
        <source>电话名单</source>
        <translation>Phone list</translation>
    </message>
    <message>
        <source>立即重连</source>
        <translation>Reconnect</translation>
    </message>
    <message>
        <source>中心没有回应</source>
        <translation>The centre does not answer</translation>
    </message>
    <message>
        <source>中心拒绝接入</source>
        <translation>The centre refuses this station</translation>
    </message>
    <message>
        <source>与中心的链路已中断</source>
        <translation>The link to the centre is cut</translation>
    </message>
    <message>
        <source>本机还没有数据。</source>
        <translation>This station has no data yet.</translation>
    </message>
    <message>
        <source>画面停在 {at}。</source>
        <translation>Frozen at {at}. </translation>
    </message>
    <message>
        <source>照常办理：每一步先存本机，接通后按时间补传。紧急的哨不会到达部门，请先打电话。</source>
        <translation>Work on: every act is kept here and sent later. Whistles reach nobody now: phone first.</translation>
    </message>
    <message>
        <source>紧急的哨不会到达部门，请先打电话。</source>
        <translation>An emergency whistle will not reach the departments: phone first. </translation>
    </message>
    <message>
        <source>。</source>
        <translation>. </translation>
    </message>
    <message>
        <source>补传：中心已受理 {accepted} 项，退回 {refused} 项，还有 {waiting} 项在路上。</source>
        <translation>Sent up: {accepted} accepted, {refused} refused, {waiting} on their way.</translation>
    </message>
    <message>
        <source>链路已恢复</source>
        <translation>The link is back</translation>
    </message>
    <message>
        <source>链路已恢复，正在补收 {count} 条</source>
        <translation>The link is back, catching up: {count}</translation>
    </message>
    <message>
        <source>链路已恢复，正在补收 {count} / {total} 条</source>
        <translation>Link restored; catching up, {count} of {total}</translation>
    </message>
</context>
<context>
    <name>Outbox</name>
    <message>
        <source>我的</source>
        <translation>Mine</translation>
    </message>
    <message>
        <source>对方</source>
        <translation>Somebody else</translation>
    </message>
    <message>
        <source>“{field}”两人都改了。您动手时是“{seen}”。留哪个由您定，另一个留在记录里。</source>
        <translation>“{field}” was set by two people. When you began it was “{seen}”. You decide which to keep; the other stays on record.</translation>
    </message>
    <message>
        <source>中心受理以后恢复过旧数据，可能没有这一步。再发不会重复：编号不变。</source>
        <translation>The centre accepted it and was restored from older data since: it may not have it. Sending again doubles nothing, the id stays.</translation>
    </message>
    <message>
        <source>{what}。{why}</source>
        <translation>{what}. {why}</translation>
    </message>
    <message>
        <source>{age}写的，还没有提交：{words}</source>
        <translation>Written {age}, not submitted yet: {words}</translation>
    </message>
    <message>
        <source>草稿</source>
        <translation>Draft</translation>
    </message>
    <message>
        <source>接着写</source>
        <translation>Go on writing</translation>
    </message>
    <message>
        <source>弃稿</source>
        <translation>Drop draft</translation>
    </message>
    <message>
        <source>电话通知</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>作废</source>
        <translation>Discard</translation>
    </message>
    <message>
        <source>编辑</source>
        <translation>Edit</translation>
    </message>
    <message>
        <source>重新吹哨</source>
        <translation>Blow again</translation>
    </message>
    <message>
        <source>再试</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>留我的</source>
        <translation>Keep mine</translation>
    </message>
    <message>
        <source>用对方</source>
        <translation>Take theirs</translation>
    </message>
    <message>
        <source>比较</source>
        <translation>Compare</translation>
    </message>
    <message>
        <source>按原编号再发</source>
        <translation>Send again, same id</translation>
    </message>
    <message>
        <source>撤回</source>
        <translation>Take back</translation>
    </message>
</context>
<context>
    <name>OutboxPage</name>
    <message>
        <source>本机待发箱</source>
        <translation>Outbox</translation>
    </message>
    <message>
        <source>Tab 换卡片，按卡片上的字母办理</source>
        <translation>Tab: next card. Press the letters on it</translation>
    </message>
    <message>
        <source>全部回执</source>
        <translation>All receipts</translation>
    </message>
    <message>
        <source>待发 {pending}  未发出 {expired}  搁置 {parked}</source>
        <translation>{pending} pending  {expired} not sent  {parked} parked</translation>
    </message>
    <message>
        <source>  存疑 {count}</source>
        <translation>  In doubt {count}</translation>
    </message>
    <message>
        <source>  草稿 {count}</source>
        <translation>  Drafts {count}</translation>
    </message>
    <message>
        <source>没有待发。每一步中心都已收到，回执在“全部回执”里。</source>
        <translation>Nothing waits. The centre has every act; see &quot;All receipts&quot;.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source> 等</source>
        <translation> …</translation>
    </message>
    <message>
        <source>另有 {count} 项待发，接通后按先后自动补传：{list}</source>
        <translation>{count} more wait and go out by themselves in order: {list}</translation>
    </message>
</context>
<context>
    <name>PaperPack</name>
    <message>
        <source>纸质包-{where}-{stamp}</source>
        <translation>paper-pack-{where}-{stamp}</translation>
    </message>
    <message>
        <source>数据截至 {as_of}，打印于 {now}。内有群众诉求，用后交回值班台。</source>
        <translation>Data as of {as_of}, printed at {now}. Holds citizens&apos; demands: hand it back to the duty desk after use.</translation>
    </message>
    <message>
        <source>第 {number} 页，共 {of} 页</source>
        <translation>Page {number} of {of}</translation>
    </message>
    <message>
        <source>{where} 未结案件 {count} 件</source>
        <translation>{where}: {count} open cases</translation>
    </message>
    <message>
        <source>数据截至 {as_of}，打印于 {now}，打印人 {by}。先到期的在前。</source>
        <translation>Data as of {as_of}, printed at {now} by {by}. What is due first comes first.</translation>
    </message>
    <message>
        <source>每办一步写下时间和姓名；恢复后逐条补录，写明当时的时间。紧急的先打电话。</source>
        <translation>Write down time and name with every act; enter them one by one when the system is back, with the time of then. Phone first if urgent.</translation>
    </message>
    <message>
        <source>承办 {holder}</source>
        <translation>Holder {holder}</translation>
    </message>
    <message>
        <source>派单 {at}</source>
        <translation>Dispatched {at}</translation>
    </message>
    <message>
        <source>地址：{words}</source>
        <translation>Address: {words}</translation>
    </message>
    <message>
        <source>没有写</source>
        <translation>not given</translation>
    </message>
    <message>
        <source>诉求：{words}</source>
        <translation>Demand: {words}</translation>
    </message>
    <message>
        <source>来电人：{words}</source>
        <translation>Caller: {words}</translation>
    </message>
    <message>
        <source>本机已办、中心还没收到：{acts}</source>
        <translation>Done here, not yet at the centre: {acts}</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
    <message>
        <source>签收</source>
        <translation>Signed</translation>
    </message>
    <message>
        <source>联系</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>接通 □ 未接通 □</source>
        <translation>Reached □ Not □</translation>
    </message>
    <message>
        <source>到场</source>
        <translation>On scene</translation>
    </message>
    <message>
        <source>办理情况</source>
        <translation>What was done</translation>
    </message>
    <message>
        <source>结果</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>办结</source>
        <translation>Done at</translation>
    </message>
    <message>
        <source>经手人</source>
        <translation>By</translation>
    </message>
    <message>
        <source>没有在走的时限</source>
        <translation>No limit is running</translation>
    </message>
    <message>
        <source>{at}（暂定）</source>
        <translation>{at} (provisional)</translation>
    </message>
    <message>
        <source>{kind} {at} 前</source>
        <translation>{kind} by {at}</translation>
    </message>
    <message>
        <source>，已超 {length}</source>
        <translation>, past by {length}</translation>
    </message>
    <message>
        <source>保密，通过热线联系</source>
        <translation>Confidential, contact through the hotline</translation>
    </message>
    <message>
        <source>{kind} {at} 吹：{demand}。接头 {contact}，{place}。{summoned}</source>
        <translation>{kind} blown {at}: {demand}. Contact {contact}, {place}. {summoned}</translation>
    </message>
    <message>
        <source>{unit}（主责）</source>
        <translation>{unit} (lead)</translation>
    </message>
    <message>
        <source>{unit} 还没有签收</source>
        <translation>{unit} has not signed</translation>
    </message>
    <message>
        <source>（没有数据）</source>
        <translation>(no data)</translation>
    </message>
</context>
<context>
    <name>PhonesDialog</name>
    <message>
        <source>电话名单</source>
        <translation>Phone list</translation>
    </message>
    <message>
        <source>这个哨还没有到部门。请逐家打电话，说明：{demand}；地点：{place}。</source>
        <translation>This whistle has reached nobody. Phone each: {demand}; place: {place}.</translation>
    </message>
    <message>
        <source>找单位：名称、职责</source>
        <translation>Find by name or duty</translation>
    </message>
    <message>
        <source>找单位</source>
        <translation>Find a unit</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>没有登记</source>
        <translation>not registered</translation>
    </message>
    <message>
        <source>没有这样的单位。</source>
        <translation>No such unit.</translation>
    </message>
</context>
<context>
    <name>Printing</name>
    <message>
        <source>纸质包正在做，请稍等</source>
        <translation>The paper pack is being made, please wait</translation>
    </message>
    <message>
        <source>正在做纸质包……</source>
        <translation>Making the paper pack …</translation>
    </message>
    <message>
        <source>前一份还没有做完，请稍等</source>
        <translation>The paper before is not finished, please wait</translation>
    </message>
    <message>
        <source>已存 {path}</source>
        <translation>Saved {path}</translation>
    </message>
    <message>
        <source>没有写成：{why}。请检查文件夹和磁盘空间。</source>
        <translation>Could not be written: {why}. Check the folder and the disk space.</translation>
    </message>
</context>
<context>
    <name>ProgressDialog</name>
    <message>
        <source>报进展</source>
        <translation>Report progress</translation>
    </message>
    <message>
        <source>记下</source>
        <translation>Record</translation>
    </message>
    <message>
        <source>进展</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>谁，做了什么，下一步何时</source>
        <translation>Who, did what, next step when</translation>
    </message>
    <message>
        <source>到场</source>
        <translation>On scene</translation>
    </message>
    <message>
        <source>人已到现场(&amp;S)</source>
        <translation>Somebody is on the &amp;scene</translation>
    </message>
    <message>
        <source>人在现场（到场已记）(&amp;S)</source>
        <translation>On the &amp;scene (already recorded)</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Ctrl 1–7 换视图   ↑ ↓ 选择   Enter 打开</source>
        <translation>Ctrl 1–7 views   ↑ ↓ select   Enter opens</translation>
    </message>
    <message>
        <source>{count} 件有变动，按 R 更新</source>
        <translation>{count} changed; R updates</translation>
    </message>
    <message>
        <source>共 {count} 件，按最近时限</source>
        <translation>{count} cases, next due first</translation>
    </message>
    <message>
        <source>“{view}”里没有。{as_of}</source>
        <translation>None in &quot;{view}&quot;. {as_of}</translation>
    </message>
</context>
<context>
    <name>QueueView</name>
    <message>
        <source>案件队列</source>
        <translation>Case queue</translation>
    </message>
</context>
<context>
    <name>Receipts</name>
    <message>
        <source>未对过时</source>
        <translation>never compared</translation>
    </message>
    <message>
        <source>±{n} 秒</source>
        <translation>±{n} s</translation>
    </message>
    <message>
        <source>第 {revision} 号修订</source>
        <translation>Revision {revision}</translation>
    </message>
    <message>
        <source>办 {made}（{trust}）   发 {sent}   定 {judged}</source>
        <translation>made {made} ({trust})   sent {sent}   judged {judged}</translation>
    </message>
    <message>
        <source>{at} 离线</source>
        <translation>{at} offline</translation>
    </message>
</context>
<context>
    <name>ReceiptsDialog</name>
    <message>
        <source>回执</source>
        <translation>Receipts</translation>
    </message>
    <message>
        <source>回执：本机办过的每一步</source>
        <translation>Receipts: every act of this station</translation>
    </message>
    <message>
        <source>编号</source>
        <translation>Number</translation>
    </message>
    <message>
        <source>办理</source>
        <translation>Act</translation>
    </message>
    <message>
        <source>何时办</source>
        <translation>Made</translation>
    </message>
    <message>
        <source>时间可信</source>
        <translation>Time good to</translation>
    </message>
    <message>
        <source>何时发</source>
        <translation>Sent</translation>
    </message>
    <message>
        <source>何时定</source>
        <translation>Judged</translation>
    </message>
    <message>
        <source>结果</source>
        <translation>Result</translation>
    </message>
    <message>
        <source>说明</source>
        <translation>Remarks</translation>
    </message>
    <message>
        <source>找：编号、办理、内容、结果（Ctrl F）</source>
        <translation>Find: number, act, text, outcome (Ctrl F)</translation>
    </message>
    <message>
        <source>找回执</source>
        <translation>Find receipts</translation>
    </message>
    <message>
        <source>只看哪些</source>
        <translation>Show which</translation>
    </message>
    <message>
        <source>全部</source>
        <translation>All</translation>
    </message>
    <message>
        <source>等中心的</source>
        <translation>Waiting for the centre</translation>
    </message>
    <message>
        <source>要您定的</source>
        <translation>Waiting for you</translation>
    </message>
    <message>
        <source>存疑的按原编号再发</source>
        <translation>Send those in doubt again</translation>
    </message>
    <message>
        <source>存为 CSV</source>
        <translation>Save as CSV</translation>
    </message>
    <message>
        <source>存为 JSON</source>
        <translation>Save as JSON</translation>
    </message>
    <message>
        <source>打印</source>
        <translation>Print</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>{shown} 条，共 {count} 条，新的在上</source>
        <translation>{shown} of {count}, newest on top</translation>
    </message>
    <message>
        <source>回执-{stamp}</source>
        <translation>receipts-{stamp}</translation>
    </message>
    <message>
        <source>回执存到哪里</source>
        <translation>Where to save the receipts</translation>
    </message>
    <message>
        <source>没有写成：{why}。请检查文件夹和磁盘空间。</source>
        <translation>Could not be written: {why}. Check the folder and the disk space.</translation>
    </message>
    <message>
        <source>已存 {path}</source>
        <translation>Saved {path}</translation>
    </message>
    <message>
        <source>回执，打印于 {now}</source>
        <translation>Receipts, printed at {now}</translation>
    </message>
    <message>
        <source>回执 {count} 条</source>
        <translation>{count} receipts</translation>
    </message>
    <message>
        <source>本机还没有办过任何一步。</source>
        <translation>Nothing has been done at this station yet.</translation>
    </message>
</context>
<context>
    <name>RefuseDialog</name>
    <message>
        <source>拒绝应哨</source>
        <translation>Refuse the summons</translation>
    </message>
    <message>
        <source>拒绝</source>
        <translation>Refuse</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>为什么不属本单位职责，依据什么</source>
        <translation>Why it is not our duty, and on what ground</translation>
    </message>
    <message>
        <source>只能拒绝一次，由区里裁定。裁定之前仍须先到现场。</source>
        <translation>You can refuse once; the district decides. Until then you must come all the same.</translation>
    </message>
</context>
<context>
    <name>ReplyDialog</name>
    <message>
        <source>答复</source>
        <translation>Reply</translation>
    </message>
    <message>
        <source>送审</source>
        <translation>Send for review</translation>
    </message>
    <message>
        <source>何时与来电人怎样联系，对方怎样说</source>
        <translation>When and how the caller was contacted, and what was said</translation>
    </message>
    <message>
        <source>谁到现场，查明什么，采取了什么措施</source>
        <translation>Who went, what was found, what was done</translation>
    </message>
    <message>
        <source>办成什么样；没有办成的，下一步由谁在哪天做</source>
        <translation>The result; if none yet, who does what next and on which day</translation>
    </message>
    <message>
        <source>送值班长审核，通过后发给热线；反馈时限以审核通过为准。</source>
        <translation>Goes to the shift leader, then to the hotline; the feedback limit is met when it is approved.</translation>
    </message>
    <message>
        <source>{at} 签收</source>
        <translation>Signed {at}</translation>
    </message>
    <message>
        <source>，{at} 首次联系</source>
        <translation>, first contact {at}</translation>
    </message>
    <message>
        <source>注意：“{phrase}”等于没有答复。请写做了什么、哪天见结果。</source>
        <translation>Note: &quot;{phrase}&quot; is no answer. Write what was done and when there will be a result.</translation>
    </message>
    <message>
        <source>注意：写了已解决，但没有接通来电人的记录。请先联系（F3）核实。</source>
        <translation>Note: it says solved, but no call reached the caller. Make contact (F3) first.</translation>
    </message>
</context>
<context>
    <name>ReportInDialog</name>
    <message>
        <source>现场报到</source>
        <translation>Report in on the spot</translation>
    </message>
    <message>
        <source>报到</source>
        <translation>Report in</translation>
    </message>
    <message>
        <source>地点</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>在哪里，例如 路口东北角警戒线内</source>
        <translation>Where, e.g. inside the cordon, north-east corner</translation>
    </message>
    <message>
        <source>来人</source>
        <translation>Who came</translation>
    </message>
    <message>
        <source>谁带队，几人，带了什么</source>
        <translation>Who leads, how many, with what</translation>
    </message>
    <message>
        <source>佐证</source>
        <translation>Evidence</translation>
    </message>
    <message>
        <source>照片编号、交接人，可不填</source>
        <translation>Photo number, who received you; optional</translation>
    </message>
    <message>
        <source>以现在的时间记报到。到了才报到，街道在现场核对。</source>
        <translation>Recorded as of now. Report in only once you are there; the street checks on the spot.</translation>
    </message>
    <message>
        <source>；</source>
        <translation>; </translation>
    </message>
</context>
<context>
    <name>RevealDialog</name>
    <message>
        <source>显示来电号码</source>
        <translation>Show the caller&apos;s number</translation>
    </message>
    <message>
        <source>显示</source>
        <translation>Show</translation>
    </message>
    <message>
        <source>首次联系(&amp;1)</source>
        <translation>First contact (&amp;1)</translation>
    </message>
    <message>
        <source>现场找人(&amp;2)</source>
        <translation>Finding the person (&amp;2)</translation>
    </message>
    <message>
        <source>回访(&amp;3)</source>
        <translation>Call-back (&amp;3)</translation>
    </message>
    <message>
        <source>常用理由</source>
        <translation>Usual reasons</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>谁、何时、为何看过，记入审计，不能删除。号码显示 60 秒后收起。</source>
        <translation>Who looked, when and why is kept for audit for good. The number hides after 60 s.</translation>
    </message>
</context>
<context>
    <name>ReviewDialog</name>
    <message>
        <source>审核答复</source>
        <translation>Review the reply</translation>
    </message>
    <message>
        <source>通过</source>
        <translation>Approve</translation>
    </message>
    <message>
        <source>{name} 写于 {at}</source>
        <translation>Written by {name} at {at}</translation>
    </message>
    <message>
        <source>通过，发给热线(&amp;1)</source>
        <translation>Approve, send to the hotline (&amp;1)</translation>
    </message>
    <message>
        <source>退回重写(&amp;2)</source>
        <translation>Send back (&amp;2)</translation>
    </message>
    <message>
        <source>意见</source>
        <translation>Verdict</translation>
    </message>
    <message>
        <source>退回理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>退回重写</source>
        <translation>Send back</translation>
    </message>
</context>
<context>
    <name>Ruler</name>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>登录</source>
        <translation>Sign in</translation>
    </message>
    <message>
        <source>登录调度台</source>
        <translation>Sign in to the dispatcher</translation>
    </message>
    <message>
        <source>中心地址</source>
        <translation>Centre</translation>
    </message>
    <message>
        <source>用户名</source>
        <translation>User</translation>
    </message>
    <message>
        <source>密码</source>
        <translation>Password</translation>
    </message>
    <message>
        <source>退出</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>请填中心地址，例如 https://中心:8345。</source>
        <translation>Give the centre&apos;s address, e.g. https://centre:8345.</translation>
    </message>
    <message>
        <source>请填用户名。</source>
        <translation>Give the user name.</translation>
    </message>
    <message>
        <source>请填密码。</source>
        <translation>Give the password.</translation>
    </message>
    <message>
        <source>正在登录</source>
        <translation>Signing in</translation>
    </message>
    <message>
        <source>验证器上的六位数字，或恢复码</source>
        <translation>six digits of your authenticator, or a recovery code</translation>
    </message>
    <message>
        <source>验证码</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>本机口令</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>连不上中心时，在本机登录过的人可用原密码离线登录；所办的事联网后由本人账号发送。</source>
        <translation>Without the centre, whoever has signed in here before may do so with the same password; what is done then is sent under that person&apos;s account once there is a link.</translation>
    </message>
    <message>
        <source>本机口令保护本机密钥，每次启动都要输入；忘记后本机数据只能从中心重新取得。</source>
        <translation> The passphrase protects this machine&apos;s key and is asked for at each start; forgotten, the data here can only be fetched from the centre again.</translation>
    </message>
    <message>
        <source>请填验证码。</source>
        <translation>Give the code.</translation>
    </message>
    <message>
        <source>请填本机口令。</source>
        <translation>Give the passphrase.</translation>
    </message>
</context>
<context>
    <name>Spans</name>
    <message>
        <source>{n} 工作日</source>
        <translation>{n} WD</translation>
    </message>
    <message>
        <source>{n} 工作分</source>
        <translation>{n} work min</translation>
    </message>
    <message>
        <source>{n} 工作时</source>
        <translation>{n} work h</translation>
    </message>
    <message>
        <source>{n} 天</source>
        <translation>{n} d</translation>
    </message>
    <message>
        <source>{n} 时</source>
        <translation>{n} h</translation>
    </message>
    <message>
        <source>{n} 分</source>
        <translation>{n} min</translation>
    </message>
    <message>
        <source>当天</source>
        <translation>same day</translation>
    </message>
</context>
<context>
    <name>StationWindow</name>
    <message>
        <source>外观</source>
        <translation>View</translation>
    </message>
    <message>
        <source>报警</source>
        <translation>Alarms</translation>
    </message>
    <message>
        <source>窗口</source>
        <translation>Window</translation>
    </message>
    <message>
        <source>确认报警</source>
        <translation>Acknowledge the alarm</translation>
    </message>
    <message>
        <source>全部确认</source>
        <translation>Acknowledge all</translation>
    </message>
    <message>
        <source>打开第 {number} 个报警</source>
        <translation>Open alarm {number}</translation>
    </message>
    <message>
        <source>键位</source>
        <translation>Keys</translation>
    </message>
    <message>
        <source>命令</source>
        <translation>Command</translation>
    </message>
    <message>
        <source>搜索</source>
        <translation>Search</translation>
    </message>
    <message>
        <source>换区</source>
        <translation>Next pane</translation>
    </message>
    <message>
        <source>换区，往回</source>
        <translation>Previous pane</translation>
    </message>
    <message>
        <source>全屏</source>
        <translation>Full screen</translation>
    </message>
    <message>
        <source>链路</source>
        <translation>Link</translation>
    </message>
    <message>
        <source>本所协同、本机任中继</source>
        <translation>The office; serve as relay</translation>
    </message>
    <message>
        <source>电话名单</source>
        <translation>Phone list</translation>
    </message>
    <message>
        <source>立即重连</source>
        <translation>Reconnect</translation>
    </message>
    <message>
        <source>全部回执</source>
        <translation>All receipts</translation>
    </message>
    <message>
        <source>深色</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>浅色</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>高对比</source>
        <translation>High contrast</translation>
    </message>
    <message>
        <source>全屏 F11</source>
        <translation>Full screen F11</translation>
    </message>
    <message>
        <source>{where} · 调度台</source>
        <translation>{where} · Dispatcher</translation>
    </message>
    <message>
        <source>没有报警。{as_of}</source>
        <translation>No alarms. {as_of}</translation>
    </message>
    <message>
        <source>我的账号</source>
        <translation>My account</translation>
    </message>
    <message>
        <source>我的账号 Alt+U</source>
        <translation>My account Alt+U</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>政策 {version}</source>
        <translation>Policy {version}</translation>
    </message>
    <message>
        <source>假日历发布至 {day}，之后为暂定</source>
        <translation>Holidays known through {day}, provisional after</translation>
    </message>
    <message>
        <source>本机钟差未知</source>
        <translation>Station clock not compared</translation>
    </message>
    <message>
        <source>本机钟差 {offset} 秒</source>
        <translation>Station clock {offset} s</translation>
    </message>
    <message>
        <source>按本机时钟，断线前与中心差 {offset} 秒</source>
        <translation>By the station&apos;s clock, {offset} s off before the cut</translation>
    </message>
    <message>
        <source>本机时钟快了 {length}</source>
        <translation>Station clock {length} fast</translation>
    </message>
    <message>
        <source>本机时钟慢了 {length}</source>
        <translation>Station clock {length} slow</translation>
    </message>
    <message>
        <source>待发 {count}</source>
        <translation>{count} pending</translation>
    </message>
    <message>
        <source>{pending}，最早已等 {length}</source>
        <translation>{pending}, oldest for {length}</translation>
    </message>
    <message>
        <source>未发出 {count}</source>
        <translation>{count} not sent</translation>
    </message>
    <message>
        <source>搁置 {count}</source>
        <translation>{count} parked</translation>
    </message>
    <message>
        <source>{n} 毫秒</source>
        <translation>{n} ms</translation>
    </message>
    <message>
        <source>补收 {n} 条</source>
        <translation>{n} received</translation>
    </message>
    <message>
        <source>补收 {n} / {total} 条</source>
        <translation>{n} of {total} received</translation>
    </message>
    <message>
        <source>{n} 秒后重连</source>
        <translation>retry in {n} s</translation>
    </message>
</context>
<context>
    <name>Summons</name>
    <message>
        <source>{step}限 {at}</source>
        <translation>{step} by {at}</translation>
    </message>
    <message>
        <source>{step}限 {at}（暂定）</source>
        <translation>{step} by {at} (prov.)</translation>
    </message>
    <message>
        <source>应 {at} 前{step}</source>
        <translation>due {at}: {step}</translation>
    </message>
    <message>
        <source>已办结 {at}</source>
        <translation>Done {at}</translation>
    </message>
    <message>
        <source>称不属其职责：{reason}。裁定前仍须先到</source>
        <translation>Says it is not its duty: {reason}. Must come all the same until decided</translation>
    </message>
    <message>
        <source>{at} {name} 吹</source>
        <translation>Blown {at} by {name}</translation>
    </message>
    <message>
        <source>{sign}签收，{report}报到，{done}办结</source>
        <translation>sign {sign}, report in {report}, done {done}</translation>
    </message>
    <message>
        <source>{sign}签收，约定 {at} 报到，{done}办结</source>
        <translation>sign {sign}, report in at {at} as agreed, done {done}</translation>
    </message>
    <message>
        <source>地点 {place}</source>
        <translation>Place: {place}</translation>
    </message>
    <message>
        <source>   接头 {contact}</source>
        <translation>   Contact: {contact}</translation>
    </message>
</context>
<context>
    <name>SummonsList</name>
    <message>
        <source>召集本单位的哨</source>
        <translation>Whistles calling us</translation>
    </message>
</context>
<context>
    <name>SummonsPanel</name>
    <message>
        <source>签收</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>出发</source>
        <translation>Set out</translation>
    </message>
    <message>
        <source>报到</source>
        <translation>Report in</translation>
    </message>
    <message>
        <source>定措施</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>办结</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>拒绝</source>
        <translation>Refuse</translation>
    </message>
    <message>
        <source>没有打开哨</source>
        <translation>No whistle open</translation>
    </message>
    <message>
        <source>在左边选一个，按 Enter 打开。</source>
        <translation>Choose one on the left, Enter opens it.</translation>
    </message>
    <message>
        <source>主责</source>
        <translation>Lead</translation>
    </message>
    <message>
        <source>配合</source>
        <translation>Assisting</translation>
    </message>
    <message>
        <source>{street} {name}，{at} 吹</source>
        <translation>Blown {at} by {name}, {street}</translation>
    </message>
    <message>
        <source>本单位{part}</source>
        <translation>We are: {part}</translation>
    </message>
    <message>
        <source>地点</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>接头人</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>案件</source>
        <translation>Case</translation>
    </message>
    <message>
        <source>约定时间</source>
        <translation>Agreed time</translation>
    </message>
    <message>
        <source>已拒绝</source>
        <translation>Refused</translation>
    </message>
    <message>
        <source>{reason}。裁定前仍须先到</source>
        <translation>{reason}. Until it is decided we must come</translation>
    </message>
    <message>
        <source>时限</source>
        <translation>Limits</translation>
    </message>
    <message>
        <source>至 {at}</source>
        <translation>by {at}</translation>
    </message>
    <message>
        <source>用 {length}</source>
        <translation>took {length}</translation>
    </message>
    <message>
        <source>各单位</source>
        <translation>Units</translation>
    </message>
    <message>
        <source>还没有打开哨。请在左边选一个。</source>
        <translation>No whistle is open. Choose one on the left.</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>待发</source>
        <translation>Pending</translation>
    </message>
    <message>
        <source>所内，待中心裁定</source>
        <translation>office, not judged</translation>
    </message>
    <message>
        <source>已撤销</source>
        <translation>Undone</translation>
    </message>
    <message>
        <source>{at} 传到中心</source>
        <translation>reached the centre {at}</translation>
    </message>
    <message>
        <source>本机时钟误差不超过 {n} 秒</source>
        <translation>station clock within {n} s</translation>
    </message>
    <message>
        <source>事后补记</source>
        <translation>Caught up</translation>
    </message>
    <message>
        <source>{at} 记</source>
        <translation>entered {at}</translation>
    </message>
    <message>
        <source>离线补传</source>
        <translation>late upload</translation>
    </message>
    <message>
        <source>本机</source>
        <translation>this station</translation>
    </message>
    <message>
        <source>时间线</source>
        <translation>Timeline</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>搜索：尾号、地址、诉求</source>
        <translation>Search: number&apos;s tail, address, demand</translation>
    </message>
    <message>
        <source>搜索</source>
        <translation>Search</translation>
    </message>
</context>
<context>
    <name>ViewTabs</name>
    <message>
        <source>全部未结</source>
        <translation>All open</translation>
    </message>
    <message>
        <source>待签收</source>
        <translation>To sign</translation>
    </message>
    <message>
        <source>临期</source>
        <translation>Due soon</translation>
    </message>
    <message>
        <source>超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>吹哨中</source>
        <translation>Whistles</translation>
    </message>
    <message>
        <source>待审核</source>
        <translation>In review</translation>
    </message>
    <message>
        <source>待回访</source>
        <translation>Call-back</translation>
    </message>
    <message>
        <source>今日归档</source>
        <translation>Closed today</translation>
    </message>
</context>
<context>
    <name>WallWindow</name>
    <message>
        <source>指挥大屏</source>
        <translation>Wall</translation>
    </message>
    <message>
        <source>未结</source>
        <translation>Open</translation>
    </message>
    <message>
        <source>超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>临期</source>
        <translation>Due soon</translation>
    </message>
    <message>
        <source>吹哨中</source>
        <translation>Whistles</translation>
    </message>
    <message>
        <source>应哨超时</source>
        <translation>Late units</translation>
    </message>
    <message>
        <source>超时与临期</source>
        <translation>Overdue and due soon</translation>
    </message>
    <message>
        <source>在外的哨</source>
        <translation>Whistles out</translation>
    </message>
    <message>
        <source>今日到件</source>
        <translation>Arrivals today</translation>
    </message>
    <message>
        <source>共 {count} 件</source>
        <translation>{count} cases</translation>
    </message>
    <message>
        <source>没有超时。{as_of}</source>
        <translation>Nothing overdue. {as_of}</translation>
    </message>
    <message>
        <source>报到 / 应到，最慢一家</source>
        <translation>in / called, slowest</translation>
    </message>
    <message>
        <source>没有哨在外。{as_of}</source>
        <translation>No whistle out. {as_of}</translation>
    </message>
    <message>
        <source>今日到件 {count}</source>
        <translation>Arrivals today {count}</translation>
    </message>
    <message>
        <source>已归档 {closed}  待签收 {unsigned}  待回访 {waiting}</source>
        <translation>{closed} closed  {unsigned} to sign  {waiting} to call back</translation>
    </message>
    <message>
        <source>{street}指挥中心</source>
        <translation>{street} Command Center</translation>
    </message>
    <message>
        <source>数据{as_of}</source>
        <translation>Data {as_of}</translation>
    </message>
    <message>
        <source>还没有收到数据，正在连接中心</source>
        <translation>No data yet, connecting to the centre</translation>
    </message>
    <message>
        <source>中心没有回应 {age}，画面停在 {at}，不是现在</source>
        <translation>No answer for {age}: frozen at {at}, not live</translation>
    </message>
    <message>
        <source>中心拒绝接入，画面停在 {at}，不是现在</source>
        <translation>The centre refuses this wall: frozen at {at}, not live</translation>
    </message>
    <message>
        <source>链路中断 {age}，画面停在 {at}，不是现在</source>
        <translation>Link cut for {age}: frozen at {at}, not live</translation>
    </message>
</context>
<context>
    <name>When</name>
    <message>
        <source>立即</source>
        <translation>At once</translation>
    </message>
    <message>
        <source>约定</source>
        <translation>Agreed</translation>
    </message>
    <message>
        <source>约定时间</source>
        <translation>Agreed time</translation>
    </message>
</context>
<context>
    <name>WhistleCard</name>
    <message>
        <source>报到 {came}/{called}</source>
        <translation>In {came}/{called}</translation>
    </message>
</context>
<context>
    <name>WhistleDialog</name>
    <message>
        <source>吹哨</source>
        <translation>Whistle</translation>
    </message>
    <message>
        <source>吹哨 · 本案第 {number} 个</source>
        <translation>Whistle · no. {number} of this case</translation>
    </message>
    <message>
        <source>诉求</source>
        <translation>Demand</translation>
    </message>
    <message>
        <source>地点</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>到场时间</source>
        <translation>Arrive</translation>
    </message>
    <message>
        <source>接头人</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>谁在现场接部门，怎样联系</source>
        <translation>Who meets them on the spot, how to reach them</translation>
    </message>
    <message>
        <source>有效至</source>
        <translation>Valid until</translation>
    </message>
    <message>
        <source>时限</source>
        <translation>Limits</translation>
    </message>
    <message>
        <source>简单事项，当天办结(&amp;D)</source>
        <translation>Simple matter, done the same day (&amp;D)</translation>
    </message>
    <message>
        <source>召哪些部门</source>
        <translation>Whom to call</translation>
    </message>
    <message>
        <source>按类别和诉求推荐，可改</source>
        <translation>Proposed by category and demand; change as needed</translation>
    </message>
    <message>
        <source>空格 选或不选    Alt Z 设为主责    / 找部门    ↑ ↓ 换行</source>
        <translation>Space: choose    Alt Z: lead    /: find    ↑ ↓: move</translation>
    </message>
    <message>
        <source>{sign}签收，{report}报到，{done}办结</source>
        <translation>sign {sign}, report in {report}, done {done}</translation>
    </message>
    <message>
        <source>。调度员可直接吹，事后补批</source>
        <translation>. Any dispatcher may blow it; approved afterwards</translation>
    </message>
    <message>
        <source>管线爆裂、塌陷、断电、内涝</source>
        <translation>Burst pipe, collapse, power cut, flooding</translation>
    </message>
    <message>
        <source>需要街道没有的执法权</source>
        <translation>Needs a power the street does not have</translation>
    </message>
    <message>
        <source>一家或几家部门各办其事</source>
        <translation>One or several departments do their part</translation>
    </message>
    <message>
        <source>停车、加梯等老大难</source>
        <translation>Old hard problems: parking, lifts</translation>
    </message>
    <message>
        <source>由{role}吹，请转{role}</source>
        <translation>Blown by the {role}: hand it over</translation>
    </message>
    <message>
        <source>先签收并首次联系，办理中才能吹</source>
        <translation>Sign and make contact first: only a case in hand</translation>
    </message>
    <message>
        <source>现在</source>
        <translation>Now</translation>
    </message>
    <message>
        <source>签收</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>报到</source>
        <translation>Report in</translation>
    </message>
    <message>
        <source>办结</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>不限。链路断了也会在接通后补发</source>
        <translation>No limit; sent later if the link is cut</translation>
    </message>
    <message>
        <source>{at}（{length}）。到时还没送达就不再发出，标为“未发出”</source>
        <translation>{at} ({length}). If it has not arrived by then it does not go off and is marked &quot;not sent&quot;</translation>
    </message>
    <message>
        <source>还没有选部门：在右边按空格选，第一家是主责</source>
        <translation>No department chosen: press Space on the right; the first one leads</translation>
    </message>
    <message>
        <source>将召 {lead}（主责）：{sign} 前签收，{report} 前报到</source>
        <translation>Will call {lead} (lead): sign by {sign}, report in by {report}</translation>
    </message>
    <message>
        <source>将召 {count} 家，主责 {lead}：{sign} 前签收，{report} 前报到</source>
        <translation>Will call {count}, lead {lead}: sign by {sign}, report in by {report}</translation>
    </message>
    <message>
        <source>链路中断：接通以前部门收不到这个哨。请先打电话，再吹哨留档。</source>
        <translation>The link is cut: no department hears this whistle until it is back. Phone first, then blow it for the record.</translation>
    </message>
    <message>
        <source>链路中断 {length}：接通以前部门收不到这个哨。请先打电话，再吹哨留档。</source>
        <translation>The link has been cut for {length}: no department hears this whistle until it is back. Phone first, then blow it for the record.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>{at} 前还没接通，这个哨就不再发出。</source>
        <translation>If the link is not back by {at}, this whistle does not go off.</translation>
    </message>
    <message>
        <source>还没有选部门，哨没有吹出。</source>
        <translation>No department chosen; nothing was blown.</translation>
    </message>
</context>
<context>
    <name>WhistleForms</name>
    <message>
        <source>记部门与街道联系</source>
        <translation>Record a department&apos;s contact</translation>
    </message>
    <message>
        <source>记下</source>
        <translation>Record</translation>
    </message>
    <message>
        <source>说了什么</source>
        <translation>What was said</translation>
    </message>
    <message>
        <source>记商定的措施</source>
        <translation>Record the agreed measure</translation>
    </message>
    <message>
        <source>措施</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>约定办结时间</source>
        <translation>Agree a date for the work</translation>
    </message>
    <message>
        <source>约定办结</source>
        <translation>Done by</translation>
    </message>
    <message>
        <source>约定的办结时间只有街道能填，部门的办结时限以它为准。</source>
        <translation>Only the street can agree a date; it becomes the department&apos;s limit.</translation>
    </message>
    <message>
        <source>记部门离场</source>
        <translation>Record a department leaving</translation>
    </message>
    <message>
        <source>经街道同意离开(&amp;L)</source>
        <translation>With the street&apos;s leave (&amp;L)</translation>
    </message>
    <message>
        <source>说明</source>
        <translation>Remark</translation>
    </message>
    <message>
        <source>事不完、人不撤：没有办结、未经同意就离开的，这次评分一票否决。</source>
        <translation>Nobody leaves before it is done: leaving early without leave is a veto in the score.</translation>
    </message>
    <message>
        <source>记部门未报到</source>
        <translation>Record a no-show</translation>
    </message>
    <message>
        <source>记未报到</source>
        <translation>Record no-show</translation>
    </message>
    <message>
        <source>报到时限过后才能记。未报到的，这次评分为 0。</source>
        <translation>Only after the limit to report in. A no-show scores 0.</translation>
    </message>
    <message>
        <source>退回整改</source>
        <translation>Send back</translation>
    </message>
    <message>
        <source>退回</source>
        <translation>Send back</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>到会</source>
        <translation>Arrived</translation>
    </message>
    <message>
        <source>{unit} 做</source>
        <translation>{unit} does</translation>
    </message>
    <message>
        <source>没有任务可不填</source>
        <translation>Leave empty without a task</translation>
    </message>
    <message>
        <source>现场会商记录</source>
        <translation>On-site meeting record</translation>
    </message>
    <message>
        <source>时间</source>
        <translation>Time</translation>
    </message>
    <message>
        <source>地点</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>结论</source>
        <translation>Findings</translation>
    </message>
    <message>
        <source>办到</source>
        <translation>By</translation>
    </message>
    <message>
        <source>照片</source>
        <translation>Photos</translation>
    </message>
    <message>
        <source>照片编号</source>
        <translation>Photo numbers</translation>
    </message>
    <message>
        <source>给部门评分</source>
        <translation>Score a department</translation>
    </message>
    <message>
        <source>评分</source>
        <translation>Score</translation>
    </message>
    <message>
        <source>到场人员和职权</source>
        <translation>People and powers</translation>
    </message>
    <message>
        <source>结果和态度</source>
        <translation>Result and manner</translation>
    </message>
    <message>
        <source>评语</source>
        <translation>Comment</translation>
    </message>
    <message>
        <source>签收、报到、办结是否按时由记录得出，不由人打分。</source>
        <translation>Signing, reporting in and finishing in time come from the record.</translation>
    </message>
    <message>
        <source>仍须应哨</source>
        <translation>Has to answer</translation>
    </message>
    <message>
        <source>可不应哨</source>
        <translation>Released</translation>
    </message>
    <message>
        <source>裁定应哨</source>
        <translation>Adjudicate summons</translation>
    </message>
    <message>
        <source>裁定</source>
        <translation>Adjudicate</translation>
    </message>
    <message>
        <source>裁定结果</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>补批应急哨</source>
        <translation>Approve emergency whistle</translation>
    </message>
    <message>
        <source>补批</source>
        <translation>Approve</translation>
    </message>
    <message>
        <source>意见</source>
        <translation>Remark</translation>
    </message>
    <message>
        <source>单位</source>
        <translation>Unit</translation>
    </message>
</context>
<context>
    <name>WhistleList</name>
    <message>
        <source>已到齐</source>
        <translation>all in</translation>
    </message>
    <message>
        <source>超{length}</source>
        <translation>+{length}</translation>
    </message>
    <message>
        <source>剩{length}</source>
        <translation>{length} left</translation>
    </message>
</context>
<context>
    <name>WhistlePanel</name>
    <message>
        <source>哨</source>
        <translation>Whistles</translation>
    </message>
    <message>
        <source>记到场</source>
        <translation>Record arrival</translation>
    </message>
    <message>
        <source>验收</source>
        <translation>Accept</translation>
    </message>
    <message>
        <source>撤哨</source>
        <translation>Withdraw</translation>
    </message>
    <message>
        <source>没有打开案件。</source>
        <translation>No case open.</translation>
    </message>
    <message>
        <source>本案没有吹过哨。{as_of}。吹哨按 F9。</source>
        <translation>No whistle on this case. {as_of}. F9 blows one.</translation>
    </message>
    <message>
        <source>其他在外的哨 {n}</source>
        <translation>Other whistles out {n}</translation>
    </message>
    <message>
        <source>本案 {mine}   街道在外 {called} 家   未报到 {waiting}</source>
        <translation>{mine} here, {called} called by the street, {waiting} not in</translation>
    </message>
    <message>
        <source>本案没有在外的哨。</source>
        <translation>No whistle of this case is out.</translation>
    </message>
    <message>
        <source>部门都已报到。</source>
        <translation>Every department has reported in.</translation>
    </message>
</context>
<context>
    <name>Why</name>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>上班 {spans}，计 {length}</source>
        <translation>office {spans}, counts {length}</translation>
    </message>
    <message>
        <source>周末，不计</source>
        <translation>weekend, does not count</translation>
    </message>
    <message>
        <source>节假日，不计</source>
        <translation>holiday, does not count</translation>
    </message>
    <message>
        <source>当天不计</source>
        <translation>does not count</translation>
    </message>
    <message>
        <source>当天不计（调休上班）</source>
        <translation>does not count (make-up workday)</translation>
    </message>
    <message>
        <source>起算：{origin}</source>
        <translation>Counts from: {origin}</translation>
    </message>
    <message>
        <source>时限 {limit}，政策 {policy}，{clause}</source>
        <translation>Limit {limit}, policy {policy}, {clause}</translation>
    </message>
    <message>
        <source>为本案单独定的日期</source>
        <translation>A date set for this case</translation>
    </message>
    <message>
        <source>新时限已过，原时限更早或已过，按原时限</source>
        <translation>The new limit is past; the old one stands</translation>
    </message>
    <message>
        <source>新时限已过，宽限到这时</source>
        <translation>The new limit is past; grace until then</translation>
    </message>
    <message>
        <source>第 {n} 个工作日</source>
        <translation>Working day {n}</translation>
    </message>
    <message>
        <source>挂账，停表</source>
        <translation>Suspended, clock stopped</translation>
    </message>
    <message>
        <source>挂账停表，到 {end} 恢复</source>
        <translation>Suspended, resumed {end}</translation>
    </message>
    <message>
        <source>批准延期到 {until}，批得晚于原时限，不起作用</source>
        <translation>Extension to {until} granted after the limit: without effect</translation>
    </message>
    <message>
        <source>批准延期到 {until}，原时限留在统计里</source>
        <translation>Extended to {until}; statistics keep the old limit</translation>
    </message>
    <message>
        <source>暂定：假日历只发布到 {through}，以后只按周末算，发布后重算</source>
        <translation>Provisional: holidays are published to {through}; weekends only after it, computed anew when they come</translation>
    </message>
    <message>
        <source>停表中，恢复后再算到期时间</source>
        <translation>Stopped: the due time follows from the resumption</translation>
    </message>
    <message>
        <source>到期</source>
        <translation>Due</translation>
    </message>
    <message>
        <source>已办，按时</source>
        <translation>Done, in time</translation>
    </message>
    <message>
        <source>已办，超时</source>
        <translation>Done, late</translation>
    </message>
    <message>
        <source>紧急程度改为{urgency}</source>
        <translation>urgency changed to {urgency}</translation>
    </message>
    <message>
        <source>启用政策 {policy}</source>
        <translation>policy {policy} in force</translation>
    </message>
    <message>
        <source>汛期应急切换，按{urgency}</source>
        <translation>flood-season switch, as {urgency}</translation>
    </message>
    <message>
        <source>{cause}：时限 {before} 改为 {after}，从同一起点算</source>
        <translation>{cause}: limit {before} becomes {after}, from the same start</translation>
    </message>
    <message>
        <source>无</source>
        <translation>none</translation>
    </message>
    <message>
        <source>首次派单</source>
        <translation>first dispatch</translation>
    </message>
    <message>
        <source>转派到本单位</source>
        <translation>dispatch to this unit</translation>
    </message>
    <message>
        <source>上次进展</source>
        <translation>last progress</translation>
    </message>
    <message>
        <source>决定重办</source>
        <translation>order to redo</translation>
    </message>
    <message>
        <source>答复</source>
        <translation>reply</translation>
    </message>
    <message>
        <source>批准挂账</source>
        <translation>suspension granted</translation>
    </message>
    <message>
        <source>恢复办理</source>
        <translation>resumption</translation>
    </message>
    <message>
        <source>吹哨</source>
        <translation>whistle</translation>
    </message>
    <message>
        <source>{words}（调休上班）</source>
        <translation>{words} (make-up workday)</translation>
    </message>
</context>
<context>
    <name>WhyDialog</name>
    <message>
        <source>时限为何是这时 · {number}</source>
        <translation>Why it is due then · {number}</translation>
    </message>
    <message>
        <source>时限为何是这时</source>
        <translation>Why it is due then</translation>
    </message>
    <message>
        <source>时限</source>
        <translation>Clocks</translation>
    </message>
    <message>
        <source>时间</source>
        <translation>Time</translation>
    </message>
    <message>
        <source>怎样算</source>
        <translation>How it is counted</translation>
    </message>
    <message>
        <source>↑ ↓ 换一个时限</source>
        <translation>↑ ↓ another clock</translation>
    </message>
    <message>
        <source>关闭</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>{name}  停表</source>
        <translation>{name}  stopped</translation>
    </message>
    <message>
        <source>{name}  {due}  已办</source>
        <translation>{name}  {due}  done</translation>
    </message>
</context>
<context>
    <name>WithdrawDialog</name>
    <message>
        <source>撤回哨</source>
        <translation>Withdraw the whistle</translation>
    </message>
    <message>
        <source>撤哨</source>
        <translation>Withdraw</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>已出发的部门会看到撤哨和理由。已在路上的请再打电话。</source>
        <translation>Departments see the withdrawal and its reason. Phone those already on the way.</translation>
    </message>
</context>
<context>
    <name>_Painter</name>
    <message>
        <source>应急 未签收</source>
        <translation>Unsigned</translation>
    </message>
    <message>
        <source>未签收</source>
        <translation>Unsigned</translation>
    </message>
    <message>
        <source>该本单位</source>
        <translation>our turn</translation>
    </message>
    <message>
        <source>已应哨</source>
        <translation>answered</translation>
    </message>
    <message>
        <source>等{unit}</source>
        <translation>for {unit}</translation>
    </message>
</context>
<context>
    <name>_Reason</name>
    <message>
        <source>为什么作废？理由留在回执里</source>
        <translation>Why discard it? The receipt keeps the reason</translation>
    </message>
    <message>
        <source>作废理由</source>
        <translation>Reason for discarding</translation>
    </message>
    <message>
        <source>作废</source>
        <translation>Discard</translation>
    </message>
    <message>
        <source>不作废</source>
        <translation>Keep</translation>
    </message>
    <message>
        <source>作废“{what}”</source>
        <translation>Discard &quot;{what}&quot;</translation>
    </message>
</context>
<context>
    <name>acts</name>
    <message>
        <source>{kind}：{demand}</source>
        <translation>{kind}: {demand}</translation>
    </message>
    <message>
        <source>{what}：{words}</source>
        <translation>{what}: {words}</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>召 {units}</source>
        <translation>calls {units}</translation>
    </message>
    <message>
        <source>{at} 办</source>
        <translation>made {at}</translation>
    </message>
    <message>
        <source>{at} 离线办</source>
        <translation>made {at} offline</translation>
    </message>
    <message>
        <source>有效期 {at} 已过，部门没有收到</source>
        <translation>its time ended {at}; no department has it</translation>
    </message>
    <message>
        <source>有效至 {at}，还剩 {left}</source>
        <translation>valid until {at}, {left} left</translation>
    </message>
    <message>
        <source>，</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>countdown</name>
    <message>
        <source>分</source>
        <translation>min</translation>
    </message>
    <message>
        <source>天</source>
        <translation>d</translation>
    </message>
    <message>
        <source>时</source>
        <translation>h</translation>
    </message>
    <message>
        <source>秒</source>
        <translation>s</translation>
    </message>
    <message>
        <source>超时 {length}</source>
        <translation>late by {length}</translation>
    </message>
    <message>
        <source>剩 {length}</source>
        <translation>{length} left</translation>
    </message>
</context>
<context>
    <name>language</name>
    <message>
        <source>周一</source>
        <translation>Mon</translation>
    </message>
    <message>
        <source>周二</source>
        <translation>Tue</translation>
    </message>
    <message>
        <source>周三</source>
        <translation>Wed</translation>
    </message>
    <message>
        <source>周四</source>
        <translation>Thu</translation>
    </message>
    <message>
        <source>周五</source>
        <translation>Fri</translation>
    </message>
    <message>
        <source>周六</source>
        <translation>Sat</translation>
    </message>
    <message>
        <source>周日</source>
        <translation>Sun</translation>
    </message>
    <message>
        <source>1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月</source>
        <translation>Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec</translation>
    </message>
    <message>
        <source>{month}{day}日 {weekday}</source>
        <translation>{weekday} {day} {month}</translation>
    </message>
    <message>
        <source>{days} 天 {hours:02d} 时</source>
        <translation>{days} d {hours:02d} h</translation>
    </message>
    <message>
        <source>{hours} 时 {minutes:02d} 分</source>
        <translation>{hours} h {minutes:02d} min</translation>
    </message>
    <message>
        <source>{minutes} 分 {seconds:02d} 秒</source>
        <translation>{minutes} min {seconds:02d} s</translation>
    </message>
    <message>
        <source>{seconds} 秒</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{n} 秒前</source>
        <translation>{n} s ago</translation>
    </message>
    <message>
        <source>{n} 分前</source>
        <translation>{n} min ago</translation>
    </message>
    <message>
        <source>{n} 小时前</source>
        <translation>{n} h ago</translation>
    </message>
    <message>
        <source>{n} 天前</source>
        <translation>{n} d ago</translation>
    </message>
    <message>
        <source>还没有数据</source>
        <translation>No data yet</translation>
    </message>
    <message>
        <source>截至 {at}</source>
        <translation>as of {at}</translation>
    </message>
    <message>
        <source>截至 {at}，{age}</source>
        <translation>as of {at}, {age}</translation>
    </message>
</context>
<context>
    <name>queue</name>
    <message>
        <source>倒计时</source>
        <translation>Countdown</translation>
    </message>
    <message>
        <source>紧急程度和编号</source>
        <translation>Urgency and number</translation>
    </message>
    <message>
        <source>诉求</source>
        <translation>Demand</translation>
    </message>
    <message>
        <source>状态</source>
        <translation>State</translation>
    </message>
    <message>
        <source>哨和标记</source>
        <translation>Whistles and flags</translation>
    </message>
    <message>
        <source>{count}分</source>
        <translation>{count} min</translation>
    </message>
    <message>
        <source>{count}时</source>
        <translation>{count} h</translation>
    </message>
    <message>
        <source>{count}天</source>
        <translation>{count} d</translation>
    </message>
    <message>
        <source> 暂定</source>
        <translation> prov.</translation>
    </message>
    <message>
        <source>重办</source>
        <translation>Redo</translation>
    </message>
    <message>
        <source>挂账</source>
        <translation>Suspended</translation>
    </message>
    <message>
        <source>等 {unit} {length}</source>
        <translation>for {unit} {length}</translation>
    </message>
    <message>
        <source>未分派</source>
        <translation>unassigned</translation>
    </message>
</context>
<context>
    <name>sync</name>
    <message>
        <source>尚未登录过：请先联网登录一次</source>
        <translation>Nobody has ever signed in here: sign in once while connected</translation>
    </message>
    <message>
        <source>内容过长，无法提交</source>
        <translation>Too long to be sent</translation>
    </message>
    <message>
        <source>中心没有应答</source>
        <translation>The centre does not answer</translation>
    </message>
    <message>
        <source>数据不连续，正在重新同步</source>
        <translation>The data has a gap; synchronising anew</translation>
    </message>
    <message>
        <source>中心未按协议应答</source>
        <translation>The centre did not keep to the protocol</translation>
    </message>
    <message>
        <source>程序版本与中心不一致，请升级</source>
        <translation>This program and the centre do not match; upgrade it</translation>
    </message>
    <message>
        <source>连接已断开</source>
        <translation>The connection was closed</translation>
    </message>
    <message>
        <source>无法连接中心</source>
        <translation>The centre cannot be reached</translation>
    </message>
    <message>
        <source>中心拒绝了登录，请重新登录</source>
        <translation>The centre refused the sign-in; sign in again</translation>
    </message>
    <message>
        <source>本地数据须从中心重新取得</source>
        <translation>The data here must be fetched anew</translation>
    </message>
    <message>
        <source>程序内部错误，已记入日志，正在重新启动同步</source>
        <translation>An error in the program was logged; synchronisation starts again</translation>
    </message>
    <message>
        <source>没有此案件</source>
        <translation>No such case</translation>
    </message>
    <message>
        <source>此案件已不在您的管辖范围</source>
        <translation>This case has left your scope</translation>
    </message>
    <message>
        <source>无法连接本所中继</source>
        <translation>The office&apos;s relay cannot be reached</translation>
    </message>
    <message>
        <source>本机无法保存同事的操作</source>
        <translation>This station cannot keep colleagues&apos; acts</translation>
    </message>
    <message>
        <source>对方不属于本所，或密钥不一致</source>
        <translation>The other station is of another office, or its key differs</translation>
    </message>
    <message>
        <source>本所网络上的数据被改动，已断开</source>
        <translation>Data on the office&apos;s network was changed; disconnected</translation>
    </message>
    <message>
        <source>本机数据已按中心的指令销毁</source>
        <translation>This station&apos;s data was destroyed by order of the centre</translation>
    </message>
    <message>
        <source>中心没有给出快照</source>
        <translation>The centre gave no snapshot</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>待签收</source>
        <translation>To sign</translation>
    </message>
    <message>
        <source>已签收</source>
        <translation>Signed</translation>
    </message>
    <message>
        <source>办理中</source>
        <translation>In hand</translation>
    </message>
    <message>
        <source>申请退单</source>
        <translation>Return asked</translation>
    </message>
    <message>
        <source>挂账</source>
        <translation>Suspended</translation>
    </message>
    <message>
        <source>待审核</source>
        <translation>In review</translation>
    </message>
    <message>
        <source>待回访</source>
        <translation>Call-back</translation>
    </message>
    <message>
        <source>退回重办</source>
        <translation>Redo</translation>
    </message>
    <message>
        <source>已归档</source>
        <translation>Closed</translation>
    </message>
    <message>
        <source>已退单</source>
        <translation>Returned</translation>
    </message>
    <message>
        <source>已撤单</source>
        <translation>Withdrawn</translation>
    </message>
    <message>
        <source>已并案</source>
        <translation>Merged</translation>
    </message>
    <message>
        <source>汛期</source>
        <translation>Flood</translation>
    </message>
    <message>
        <source>突发</source>
        <translation>Emergency</translation>
    </message>
    <message>
        <source>民生</source>
        <translation>Livelihood</translation>
    </message>
    <message>
        <source>一般</source>
        <translation>Ordinary</translation>
    </message>
    <message>
        <source>疑难</source>
        <translation>Complex</translation>
    </message>
    <message>
        <source>咨询</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>签收</source>
        <translation>Sign</translation>
    </message>
    <message>
        <source>首联</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>到场</source>
        <translation>On scene</translation>
    </message>
    <message>
        <source>进展</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>反馈</source>
        <translation>Feedback</translation>
    </message>
    <message>
        <source>重办</source>
        <translation>Redo</translation>
    </message>
    <message>
        <source>回访</source>
        <translation>Call back</translation>
    </message>
    <message>
        <source>来电人</source>
        <translation>Caller</translation>
    </message>
    <message>
        <source>复核</source>
        <translation>Review</translation>
    </message>
    <message>
        <source>充裕</source>
        <translation>In time</translation>
    </message>
    <message>
        <source>过半</source>
        <translation>Half gone</translation>
    </message>
    <message>
        <source>临期</source>
        <translation>Due soon</translation>
    </message>
    <message>
        <source>步骤超时</source>
        <translation>Step late</translation>
    </message>
    <message>
        <source>超时</source>
        <translation>Overdue</translation>
    </message>
    <message>
        <source>应急哨</source>
        <translation>Emergency whistle</translation>
    </message>
    <message>
        <source>综合执法哨</source>
        <translation>Enforcement whistle</translation>
    </message>
    <message>
        <source>日常哨</source>
        <translation>Routine whistle</translation>
    </message>
    <message>
        <source>攻坚哨</source>
        <translation>Breakthrough whistle</translation>
    </message>
    <message>
        <source>在外</source>
        <translation>Out</translation>
    </message>
    <message>
        <source>已验收</source>
        <translation>Accepted</translation>
    </message>
    <message>
        <source>已撤哨</source>
        <translation>Withdrawn</translation>
    </message>
    <message>
        <source>已通知</source>
        <translation>Notified</translation>
    </message>
    <message>
        <source>在途</source>
        <translation>On the way</translation>
    </message>
    <message>
        <source>报到</source>
        <translation>Report in</translation>
    </message>
    <message>
        <source>措施</source>
        <translation>Measure</translation>
    </message>
    <message>
        <source>办结</source>
        <translation>Done</translation>
    </message>
    <message>
        <source>评分</source>
        <translation>Score</translation>
    </message>
    <message>
        <source>调度员</source>
        <translation>Dispatcher</translation>
    </message>
    <message>
        <source>值班长</source>
        <translation>Shift leader</translation>
    </message>
    <message>
        <source>主管领导</source>
        <translation>Supervisor</translation>
    </message>
    <message>
        <source>联络员</source>
        <translation>Liaison</translation>
    </message>
    <message>
        <source>社区专员</source>
        <translation>Community worker</translation>
    </message>
    <message>
        <source>热线</source>
        <translation>Hotline</translation>
    </message>
    <message>
        <source>区级</source>
        <translation>District</translation>
    </message>
    <message>
        <source>审计</source>
        <translation>Auditor</translation>
    </message>
    <message>
        <source>管理员</source>
        <translation>Administrator</translation>
    </message>
    <message>
        <source>大屏</source>
        <translation>Wall</translation>
    </message>
    <message>
        <source>中心</source>
        <translation>Centre</translation>
    </message>
    <message>
        <source>市</source>
        <translation>City</translation>
    </message>
    <message>
        <source>区</source>
        <translation>District</translation>
    </message>
    <message>
        <source>街道</source>
        <translation>Street</translation>
    </message>
    <message>
        <source>社区</source>
        <translation>Community</translation>
    </message>
    <message>
        <source>部门</source>
        <translation>Department</translation>
    </message>
    <message>
        <source>企业</source>
        <translation>Enterprise</translation>
    </message>
    <message>
        <source>正在连接中心</source>
        <translation>Connecting</translation>
    </message>
    <message>
        <source>正在补收</source>
        <translation>Catching up</translation>
    </message>
    <message>
        <source>已连中心</source>
        <translation>Online</translation>
    </message>
    <message>
        <source>中心没有回应</source>
        <translation>The centre does not answer</translation>
    </message>
    <message>
        <source>链路中断</source>
        <translation>Link cut</translation>
    </message>
    <message>
        <source>中心拒绝接入</source>
        <translation>The centre refuses this station</translation>
    </message>
    <message>
        <source>待发</source>
        <translation>Pending</translation>
    </message>
    <message>
        <source>已发，等回执</source>
        <translation>Sent, no receipt yet</translation>
    </message>
    <message>
        <source>中心已受理</source>
        <translation>Accepted</translation>
    </message>
    <message>
        <source>搁置</source>
        <translation>Parked</translation>
    </message>
    <message>
        <source>未发出</source>
        <translation>Not sent</translation>
    </message>
    <message>
        <source>已作废</source>
        <translation>Discarded</translation>
    </message>
    <message>
        <source>存疑</source>
        <translation>In doubt</translation>
    </message>
    <message>
        <source>投诉</source>
        <translation>Complaint</translation>
    </message>
    <message>
        <source>求助</source>
        <translation>Request for help</translation>
    </message>
    <message>
        <source>建议</source>
        <translation>Suggestion</translation>
    </message>
    <message>
        <source>举报</source>
        <translation>Report</translation>
    </message>
    <message>
        <source>表扬</source>
        <translation>Praise</translation>
    </message>
    <message>
        <source>电话</source>
        <translation>Phone</translation>
    </message>
    <message>
        <source>网站</source>
        <translation>Website</translation>
    </message>
    <message>
        <source>微信</source>
        <translation>WeChat</translation>
    </message>
    <message>
        <source>App</source>
        <translation>App</translation>
    </message>
    <message>
        <source>国家平台转办</source>
        <translation>National platform</translation>
    </message>
    <message>
        <source>网格</source>
        <translation>Grid</translation>
    </message>
    <message>
        <source>走访</source>
        <translation>Visit</translation>
    </message>
    <message>
        <source>移动办公桌</source>
        <translation>Mobile desk</translation>
    </message>
    <message>
        <source>自查发现</source>
        <translation>Found by ourselves</translation>
    </message>
    <message>
        <source>其他渠道</source>
        <translation>Other channel</translation>
    </message>
    <message>
        <source>已解决</source>
        <translation>Solved</translation>
    </message>
    <message>
        <source>部分解决</source>
        <translation>Partly solved</translation>
    </message>
    <message>
        <source>未解决</source>
        <translation>Not solved</translation>
    </message>
    <message>
        <source>满意</source>
        <translation>Satisfied</translation>
    </message>
    <message>
        <source>基本满意</source>
        <translation>Basically satisfied</translation>
    </message>
    <message>
        <source>不满意</source>
        <translation>Not satisfied</translation>
    </message>
    <message>
        <source>不愿评价</source>
        <translation>Would not say</translation>
    </message>
    <message>
        <source>退单</source>
        <translation>Return</translation>
    </message>
    <message>
        <source>延期</source>
        <translation>Extension</translation>
    </message>
    <message>
        <source>剔除</source>
        <translation>Exclusion</translation>
    </message>
    <message>
        <source>属地不符</source>
        <translation>Not our territory</translation>
    </message>
    <message>
        <source>职能不符</source>
        <translation>Not our duty</translation>
    </message>
    <message>
        <source>权属不清</source>
        <translation>Ownership unclear</translation>
    </message>
    <message>
        <source>已进入法定程序</source>
        <translation>In legal proceedings</translation>
    </message>
    <message>
        <source>重复诉求</source>
        <translation>Duplicate</translation>
    </message>
    <message>
        <source>要素不全</source>
        <translation>Essentials missing</translation>
    </message>
    <message>
        <source>查证不实</source>
        <translation>Proved false</translation>
    </message>
    <message>
        <source>超出法律政策</source>
        <translation>Beyond law and policy</translation>
    </message>
    <message>
        <source>认定为不合理诉求</source>
        <translation>Recognised unreasonable</translation>
    </message>
    <message>
        <source>群众诉求，街道难以解决</source>
        <translation>Citizens press, street cannot solve</translation>
    </message>
    <message>
        <source>综合执法</source>
        <translation>Joint enforcement</translation>
    </message>
    <message>
        <source>应急处置</source>
        <translation>Emergency</translation>
    </message>
    <message>
        <source>裁定</source>
        <translation>adjudication</translation>
    </message>
    <message>
        <source>审定退单</source>
        <translation>decide return</translation>
    </message>
    <message>
        <source>审定延期</source>
        <translation>decide extension</translation>
    </message>
    <message>
        <source>审定挂账</source>
        <translation>decide suspension</translation>
    </message>
    <message>
        <source>审定剔除</source>
        <translation>decide exclusion</translation>
    </message>
    <message>
        <source>审核答复</source>
        <translation>review reply</translation>
    </message>
    <message>
        <source>另派承办单位</source>
        <translation>another holder</translation>
    </message>
    <message>
        <source>回访来电人</source>
        <translation>call the caller back</translation>
    </message>
    <message>
        <source>密</source>
        <translation>conf.</translation>
    </message>
    <message>
        <source>催</source>
        <translation>urged</translation>
    </message>
    <message>
        <source>复</source>
        <translation>rep.</translation>
    </message>
    <message>
        <source>重</source>
        <translation>redo</translation>
    </message>
    <message>
        <source>补</source>
        <translation>offline</translation>
    </message>
    <message>
        <source>题</source>
        <translation>topic</translation>
    </message>
    <message>
        <source>挂</source>
        <translation>susp.</translation>
    </message>
    <message>
        <source>督</source>
        <translation>superv.</translation>
    </message>
    <message>
        <source>剔</source>
        <translation>excl.</translation>
    </message>
    <message>
        <source>延</source>
        <translation>ext.</translation>
    </message>
    <message>
        <source>退</source>
        <translation>ret.</translation>
    </message>
    <message>
        <source>母</source>
        <translation>parent</translation>
    </message>
    <message>
        <source>子</source>
        <translation>child</translation>
    </message>
    <message>
        <source>申</source>
        <translation>req.</translation>
    </message>
    <message>
        <source>汛</source>
        <translation>flood</translation>
    </message>
    <message>
        <source>新建</source>
        <translation>New</translation>
    </message>
    <message>
        <source>联系</source>
        <translation>Contact</translation>
    </message>
    <message>
        <source>交办</source>
        <translation>Assign</translation>
    </message>
    <message>
        <source>答复</source>
        <translation>Reply</translation>
    </message>
    <message>
        <source>审核通过</source>
        <translation>Approve</translation>
    </message>
    <message>
        <source>退回重写</source>
        <translation>Send back</translation>
    </message>
    <message>
        <source>归档</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>查看号码</source>
        <translation>Look at number</translation>
    </message>
    <message>
        <source>抹除个人信息</source>
        <translation>Erase personal data</translation>
    </message>
    <message>
        <source>吹哨</source>
        <translation>Whistle</translation>
    </message>
    <message>
        <source>补批</source>
        <translation>Approve</translation>
    </message>
    <message>
        <source>应哨</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>拒绝应哨</source>
        <translation>Refuse the summons</translation>
    </message>
    <message>
        <source>验收</source>
        <translation>Accept</translation>
    </message>
    <message>
        <source>撤哨</source>
        <translation>Withdraw</translation>
    </message>
    <message>
        <source>重新打开</source>
        <translation>Reopen</translation>
    </message>
    <message>
        <source>备注</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>申请延期</source>
        <translation>Request extension</translation>
    </message>
    <message>
        <source>申请挂账</source>
        <translation>Request suspension</translation>
    </message>
    <message>
        <source>申请剔除</source>
        <translation>Request exclusion</translation>
    </message>
    <message>
        <source>审批送出</source>
        <translation>Approve and send</translation>
    </message>
    <message>
        <source>撤回申请</source>
        <translation>Take request back</translation>
    </message>
    <message>
        <source>审定申请</source>
        <translation>Decide request</translation>
    </message>
    <message>
        <source>裁定退单</source>
        <translation>Adjudicate return</translation>
    </message>
    <message>
        <source>转派</source>
        <translation>Transfer</translation>
    </message>
    <message>
        <source>撤单</source>
        <translation>Withdraw order</translation>
    </message>
    <message>
        <source>拆分</source>
        <translation>Split</translation>
    </message>
    <message>
        <source>并案</source>
        <translation>Merge</translation>
    </message>
    <message>
        <source>并入重复件</source>
        <translation>Duplicate absorbed</translation>
    </message>
    <message>
        <source>记子案办结</source>
        <translation>Note child done</translation>
    </message>
    <message>
        <source>恢复办理</source>
        <translation>Resume</translation>
    </message>
    <message>
        <source>督办</source>
        <translation>Supervise</translation>
    </message>
    <message>
        <source>解除督办</source>
        <translation>Lift supervision</translation>
    </message>
    <message>
        <source>调整紧急程度</source>
        <translation>Change urgency</translation>
    </message>
    <message>
        <source>催办</source>
        <translation>Urge</translation>
    </message>
    <message>
        <source>配发编号</source>
        <translation>Give number</translation>
    </message>
    <message>
        <source>撤销</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>记部门联系</source>
        <translation>Record contact</translation>
    </message>
    <message>
        <source>记离场</source>
        <translation>Record departure</translation>
    </message>
    <message>
        <source>记未报到</source>
        <translation>Record no-show</translation>
    </message>
    <message>
        <source>裁定应哨</source>
        <translation>Adjudicate summons</translation>
    </message>
    <message>
        <source>退回整改</source>
        <translation>Send back</translation>
    </message>
    <message>
        <source>现场会商</source>
        <translation>On-site meeting</translation>
    </message>
    <message>
        <source>催应哨</source>
        <translation>Remind department</translation>
    </message>
    <message>
        <source>受理时间</source>
        <translation>Accepted when</translation>
    </message>
    <message>
        <source>联系情况</source>
        <translation>Talked with</translation>
    </message>
    <message>
        <source>办理措施</source>
        <translation>What was done</translation>
    </message>
    <message>
        <source>办理结果或下次时间</source>
        <translation>Result or next date</translation>
    </message>
    <message>
        <source>承办人</source>
        <translation>Assignee</translation>
    </message>
    <message>
        <source>进展内容</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>是否解决</source>
        <translation>Solved or not</translation>
    </message>
    <message>
        <source>哨的诉求</source>
        <translation>Demand</translation>
    </message>
    <message>
        <source>集合地点</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>依据</source>
        <translation>Ground</translation>
    </message>
    <message>
        <source>佐证材料</source>
        <translation>Evidence</translation>
    </message>
    <message>
        <source>延到</source>
        <translation>Extend to</translation>
    </message>
    <message>
        <source>复核日期</source>
        <translation>Review date</translation>
    </message>
    <message>
        <source>对外说明</source>
        <translation>Public reason</translation>
    </message>
    <message>
        <source>审定意见</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>转给</source>
        <translation>Transfer to</translation>
    </message>
    <message>
        <source>并入的案件</source>
        <translation>Into case</translation>
    </message>
    <message>
        <source>拆成的案件</source>
        <translation>Parts</translation>
    </message>
    <message>
        <source>督办级别</source>
        <translation>Level</translation>
    </message>
    <message>
        <source>紧急程度</source>
        <translation>urgency</translation>
    </message>
    <message>
        <source>要撤销的一步</source>
        <translation>act to undo</translation>
    </message>
    <message>
        <source>单位</source>
        <translation>Unit</translation>
    </message>
    <message>
        <source>主责单位</source>
        <translation>lead unit</translation>
    </message>
    <message>
        <source>配合单位</source>
        <translation>assisting units</translation>
    </message>
    <message>
        <source>节点</source>
        <translation>milestone</translation>
    </message>
    <message>
        <source>种类</source>
        <translation>kind</translation>
    </message>
    <message>
        <source>哨</source>
        <translation>whistle</translation>
    </message>
    <message>
        <source>接通</source>
        <translation>Reached</translation>
    </message>
    <message>
        <source>简单事项</source>
        <translation>Simple matter</translation>
    </message>
    <message>
        <source>约定时间</source>
        <translation>appointed time</translation>
    </message>
    <message>
        <source>约定办结</source>
        <translation>Done by</translation>
    </message>
    <message>
        <source>经街道同意</source>
        <translation>street&apos;s leave</translation>
    </message>
    <message>
        <source>到场人员和职权</source>
        <translation>People and powers</translation>
    </message>
    <message>
        <source>会商记录</source>
        <translation>meeting record</translation>
    </message>
    <message>
        <source>会商时间</source>
        <translation>meeting time</translation>
    </message>
    <message>
        <source>会商地点</source>
        <translation>meeting place</translation>
    </message>
    <message>
        <source>会商结论</source>
        <translation>meeting findings</translation>
    </message>
    <message>
        <source>到会单位</source>
        <translation>units arrived</translation>
    </message>
    <message>
        <source>任务分工</source>
        <translation>tasks</translation>
    </message>
    <message>
        <source>裁定结果</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>审定结果</source>
        <translation>Decision</translation>
    </message>
    <message>
        <source>工单编号</source>
        <translation>Order number</translation>
    </message>
    <message>
        <source>来源</source>
        <translation>Source</translation>
    </message>
    <message>
        <source>发生时间</source>
        <translation>time it happened</translation>
    </message>
    <message>
        <source>办理时间</source>
        <translation>time it was made</translation>
    </message>
    <message>
        <source>有效期</source>
        <translation>validity</translation>
    </message>
    <message>
        <source>案件</source>
        <translation>case</translation>
    </message>
    <message>
        <source>承办单位</source>
        <translation>holder</translation>
    </message>
    <message>
        <source>母案</source>
        <translation>parent case</translation>
    </message>
    <message>
        <source>办结时间</source>
        <translation>closing time</translation>
    </message>
    <message>
        <source>标题</source>
        <translation>Title</translation>
    </message>
    <message>
        <source>退单申请</source>
        <translation>Request for return</translation>
    </message>
    <message>
        <source>延期申请</source>
        <translation>Request for extension</translation>
    </message>
    <message>
        <source>挂账申请</source>
        <translation>Request for suspension</translation>
    </message>
    <message>
        <source>剔除申请</source>
        <translation>Request for exclusion</translation>
    </message>
    <message>
        <source>中心没有这个案件。请核对编号，或等补收完成后再试。</source>
        <translation>The centre has no such case. Check the number, or try again once catching up is done.</translation>
    </message>
    <message>
        <source>已经有了，不必重复办理。请看时间线上的那一条。</source>
        <translation>It is there already; nothing need be done twice. See the timeline.</translation>
    </message>
    <message>
        <source>案件现在是“{detail}”，办不了这一步。请先办它的下一步。</source>
        <translation>The case is &quot;{detail}&quot;, so this is not possible. Do its next step first.</translation>
    </message>
    <message>
        <source>您的岗位不能办这一步。请转有权的岗位办理，例如值班长。</source>
        <translation>Your role may not do this. Hand it to one that may, such as the shift leader.</translation>
    </message>
    <message>
        <source>这不是本单位的案件。请联系承办单位，由其办理。</source>
        <translation>This case is another unit&apos;s. Ask the unit that handles it.</translation>
    </message>
    <message>
        <source>已过有效期，没有发出，部门没有收到。请先电话通知，仍需要时重新吹哨。</source>
        <translation>Its time ran out: it was not sent and nobody has heard it. Phone first; blow again if still needed.</translation>
    </message>
    <message>
        <source>“{field}”还没有填。请填好后再提交。</source>
        <translation>&quot;{field}&quot; is empty. Fill it in and try again.</translation>
    </message>
    <message>
        <source>“{field}”的内容不能用。请改好后再提交。</source>
        <translation>&quot;{field}&quot; cannot be used as it is. Mend it and try again.</translation>
    </message>
    <message>
        <source>“{unit}”不在可选的单位里。请从名单中另选。</source>
        <translation>“{unit}” is not among the units to choose from. Choose another from the list.</translation>
    </message>
    <message>
        <source>还有哨在外，办不了这一步。请先验收或撤回全部的哨。</source>
        <translation>A whistle is still out. Accept or withdraw all whistles first.</translation>
    </message>
    <message>
        <source>已过办这一步的期限。请按现有要求办理，或向上级说明。</source>
        <translation>The time for this step is over. Go on under the present terms, or explain it to those above.</translation>
    </message>
    <message>
        <source>这件禁止退回。请按首接负责办理，或向热线说明。</source>
        <translation>This one may not be returned. Handle it as first receiver, or talk to the hotline.</translation>
    </message>
    <message>
        <source>还没有佐证材料。请填上界线图、权责清单或权属证明的编号。</source>
        <translation>Evidence is missing. Give the number of the boundary map, duty list or ownership paper.</translation>
    </message>
    <message>
        <source>没有这样的申请在等。请看时间线，或先提出申请。</source>
        <translation>No such request is waiting. See the timeline, or make the request first.</translation>
    </message>
    <message>
        <source>同样的申请已经在等，不必再提。要改请先撤回。</source>
        <translation>The same request is waiting already. Take it back first to change it.</translation>
    </message>
    <message>
        <source>申请还没有经值班长送出，不能审定。请等值班长审批。</source>
        <translation>The request has not been sent by the shift leader yet. Wait for that.</translation>
    </message>
    <message>
        <source>这一步只能办一次，已经办过了。请看时间线上的那一条。</source>
        <translation>This can be done once, and has been. See its line in the timeline.</translation>
    </message>
    <message>
        <source>延得太久，至多延一个原时限。请改一个近些的日期。</source>
        <translation>That is too long: at most the original limit again. Choose an earlier date.</translation>
    </message>
    <message>
        <source>还没到时候，不能办这一步。请等时限过后再办。</source>
        <translation>It is too early for this. Do it when the limit has passed.</translation>
    </message>
    <message>
        <source>已经裁定，不能再申请。请按裁定办理。</source>
        <translation>It has been adjudicated for good. Handle it as decided.</translation>
    </message>
    <message>
        <source>第二次退单须裁定，不能直接审定。请改用“裁定退单”。</source>
        <translation>A second return has to be adjudicated. Use “Adjudicate return” instead.</translation>
    </message>
    <message>
        <source>“{field}”与其他内容不一致。请改好后再提交。</source>
        <translation>“{field}” contradicts the rest. Correct it and submit again.</translation>
    </message>
    <message>
        <source>还有子案没有办完。请先办完或并掉子案。</source>
        <translation>A child case is not done. Finish or merge it first.</translation>
    </message>
    <message>
        <source>还有申请在等审定，不能答复。请等结果，或先撤回申请。</source>
        <translation>A request awaits its decision. Wait for it, or take the request back first.</translation>
    </message>
    <message>
        <source>这不是最后一步，后面已有人办过，不能撤销。请用相反的一步改正。</source>
        <translation>That is not the last act: somebody has acted since. Correct it by the opposite act.</translation>
    </message>
    <message>
        <source>这一步已经影响到别处，不能撤销。请用相反的一步改正。</source>
        <translation>This act has effects elsewhere and cannot be undone. Correct it by the opposite act.</translation>
    </message>
    <message>
        <source>已经是这样了。请看时间线，不必再办。</source>
        <translation>It is so already. See the timeline; there is nothing to do.</translation>
    </message>
    <message>
        <source>“{field}”只能由街道填。请联系街道指挥中心。</source>
        <translation>Only the street can give “{field}”. Call the street&apos;s command centre.</translation>
    </message>
    <message>
        <source>还没有联系来电人，不能答复。请先办首次联系（F3）。</source>
        <translation>The caller has not been contacted, so there can be no reply yet. Make contact first (F3).</translation>
    </message>
    <message>
        <source>案件里没有这个哨。请刷新后重新选择。</source>
        <translation>The case has no such whistle. Choose it again.</translation>
    </message>
    <message>
        <source>这个哨已经结束，不能再改。仍需要部门时请重新吹哨。</source>
        <translation>This whistle has ended. Blow another if departments are still needed.</translation>
    </message>
    <message>
        <source>“{unit}”没有被这个哨召集。请核对单位。</source>
        <translation>&quot;{unit}&quot; was not called by this whistle. Check the unit.</translation>
    </message>
    <message>
        <source>同一个单位选了两次。每个单位只能是主责或配合之一。</source>
        <translation>A unit is named twice. Each is either lead or assisting.</translation>
    </message>
    <message>
        <source>“{milestone}”已经办过，或不能由人填报。请办下一个节点。</source>
        <translation>&quot;{milestone}&quot; has been passed already or cannot be reported. Take the next step.</translation>
    </message>
    <message>
        <source>还有部门没有办结，不能验收。请等各部门办结，或撤哨。</source>
        <translation>Some departments are not done. Wait for them, or withdraw the whistle.</translation>
    </message>
    <message>
        <source>还没有回访，不能归档。请先办回访。</source>
        <translation>The caller has not been called back. Do that before closing.</translation>
    </message>
    <message>
        <source>来电人要求保密，号码不对承办单位公开。请通过热线联系。</source>
        <translation>The caller is confidential: the number is not shown to handlers. Go through the hotline.</translation>
    </message>
    <message>
        <source>填的时间在将来。请核对本机时钟和填写的时间。</source>
        <translation>That time is in the future. Check the station&apos;s clock and the time given.</translation>
    </message>
    <message>
        <source>填的时间早于派单。请核对本机时钟和填写的时间。</source>
        <translation>That time is before the dispatch. Check the station&apos;s clock and the time given.</translation>
    </message>
    <message>
        <source>“{field}”在您办理期间被别人改过，没有覆盖。请比较两个内容，再决定用哪个。</source>
        <translation>“{field}” was changed by somebody else meanwhile; nothing was overwritten. Compare both and decide which to keep.</translation>
    </message>
    <message>
        <source>应急</source>
        <translation>Emerg.</translation>
    </message>
    <message>
        <source>执法</source>
        <translation>Enforce</translation>
    </message>
    <message>
        <source>日常</source>
        <translation>Routine</translation>
    </message>
    <message>
        <source>攻坚</source>
        <translation>Breakthr.</translation>
    </message>
    <message>
        <source>{what}·所内</source>
        <translation>{what}: office</translation>
    </message>
    <message>
        <source>{what}待发</source>
        <translation>{what} pending</translation>
    </message>
    <message>
        <source>{what}搁置</source>
        <translation>{what} parked</translation>
    </message>
    <message>
        <source>{what}未发出</source>
        <translation>{what} not sent</translation>
    </message>
    <message>
        <source>（空）</source>
        <translation>(empty)</translation>
    </message>
    <message>
        <source>“{field}”已由 {name} {at} 改为“{theirs}”，您看到的是“{seen}”。您写的都在；再提交一次，就以您的为准。</source>
        <translation>“{field}” was changed by {name} at {at} to “{theirs}”; you saw “{seen}”. Your text is all here; submit again and yours holds.</translation>
    </message>
    <message>
        <source>已同意</source>
        <translation>Granted</translation>
    </message>
    <message>
        <source>未同意</source>
        <translation>Refused</translation>
    </message>
</context>
</TS>
