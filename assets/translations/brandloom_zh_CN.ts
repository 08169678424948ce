<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AdaptersBox</name>
    <message>
        <source>Adapters</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add an adapter</source>
        <translation>添加适配器</translation>
    </message>
    <message>
        <source>Weight of {0}</source>
        <translation>{0} 的权重</translation>
    </message>
    <message>
        <source>Take off {0}</source>
        <translation>移除 {0}</translation>
    </message>
</context>
<context>
    <name>AppContext</name>
    <message>
        <source>This library can be looked at, but not changed.</source>
        <translation>此素材库只能查看，不能修改。</translation>
    </message>
    <message>
        <source>Its folder is read-only: {0}</source>
        <translation>其文件夹为只读：{0}</translation>
    </message>
</context>
<context>
    <name>AssetActions</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message numerus="yes">
        <source>%n added to “{0}”.</source>
        <translation>
            <numerusform>已将 %n 项加入“{0}”。</numerusform>
        </translation>
    </message>
    <message>
        <source>Board “{0}” made.</source>
        <translation>已新建收藏板“{0}”。</translation>
    </message>
    <message>
        <source>Delete the board “{0}”?</source>
        <translation>删除收藏板“{0}”？</translation>
    </message>
    <message>
        <source>Its assets stay in the library.</source>
        <translation>其中的素材仍保留在素材库中。</translation>
    </message>
    <message>
        <source>Delete board</source>
        <translation>删除收藏板</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message numerus="yes">
        <source>%n moved to the trash.</source>
        <translation>
            <numerusform>已将 %n 项移到回收站。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n restored.</source>
        <translation>
            <numerusform>已恢复 %n 项。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n asset(s) for good?</source>
        <translation>
            <numerusform>永久删除 %n 项素材？</numerusform>
        </translation>
    </message>
    <message>
        <source>Their files go too. This cannot be undone.</source>
        <translation>文件也会一并删除，且无法撤销。</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留</translation>
    </message>
    <message numerus="yes">
        <source>%n deleted.</source>
        <translation>
            <numerusform>已删除 %n 项。</numerusform>
        </translation>
    </message>
    <message>
        <source>Text copied.</source>
        <translation>已复制文本。</translation>
    </message>
    <message>
        <source>Prompt copied.</source>
        <translation>已复制提示词。</translation>
    </message>
    <message>
        <source>The picture cannot be copied.</source>
        <translation>无法复制这张图片。</translation>
    </message>
    <message>
        <source>Its file is gone, or it is too large for the clipboard.</source>
        <translation>它的文件已不存在，或对剪贴板来说太大。</translation>
    </message>
    <message>
        <source>Picture copied.</source>
        <translation>已复制图片。</translation>
    </message>
    <message>
        <source>Export to a folder</source>
        <translation>导出到文件夹</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message numerus="yes">
        <source>%n exported to “{0}”; {1} of them marked as made by AI.</source>
        <translation>
            <numerusform>已将 %n 项导出到“{0}”；其中 {1} 项带有 AI 生成标记。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n exported to “{0}”, marked as made by AI.</source>
        <translation>
            <numerusform>已将 %n 项导出到“{0}”，并标注为 AI 生成。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n exported to “{0}”.</source>
        <translation>
            <numerusform>已将 %n 项导出到“{0}”。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be exported.</source>
        <translation>
            <numerusform>有 %n 项无法导出。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to be enlarged ×{0}: in the queue.</source>
        <translation>
            <numerusform>将放大 %n 张图片（×{0}）：已加入队列。</numerusform>
        </translation>
    </message>
    <message>
        <source>Show in the queue</source>
        <translation>在队列中显示</translation>
    </message>
    <message>
        <source>Calmer</source>
        <translation>更舒缓</translation>
    </message>
    <message>
        <source>Livelier</source>
        <translation>更有活力</translation>
    </message>
    <message>
        <source>Continued</source>
        <translation>后续</translation>
    </message>
    <message>
        <source>A variation: in the queue.</source>
        <translation>变体已加入队列。</translation>
    </message>
    <message>
        <source>The same, but calmer: in the queue.</source>
        <translation>更舒缓的版本已加入队列。</translation>
    </message>
    <message>
        <source>The same, but livelier: in the queue.</source>
        <translation>更有活力的版本已加入队列。</translation>
    </message>
    <message>
        <source>What follows on this piece: in the queue.</source>
        <translation>这首的后续已加入队列。</translation>
    </message>
</context>
<context>
    <name>AssetFacts</name>
    <message>
        <source>Made with</source>
        <extracomment>Shown elsewhere in the panel.</extracomment>
        <translation>所用模型</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Enlarged by</source>
        <translation>放大模型</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Made here</source>
        <translation>生成于</translation>
    </message>
    <message>
        <source>Imported</source>
        <translation>导入于</translation>
    </message>
    <message>
        <source>Composed</source>
        <translation>合成于</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>AssetGrid</name>
    <message numerus="yes">
        <source>At most %n can be dragged at once. Export takes any number.</source>
        <translation>
            <numerusform>一次最多可拖动 %n 个。导出不限数量。</numerusform>
        </translation>
    </message>
    <message>
        <source>The selection is still being read. Drag once more.</source>
        <translation>所选内容仍在读取中，请再拖一次。</translation>
    </message>
</context>
<context>
    <name>AssetImports</name>
    <message>
        <source>Pictures, sound and text</source>
        <translation>图片、音频和文本</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>Importing file {0} of {1} …</source>
        <translation>正在导入第 {0} 个文件，共 {1} 个…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be imported.</source>
        <translation>
            <numerusform>有 %n 个文件无法导入。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n imported.</source>
        <translation>
            <numerusform>已导入 %n 项。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n in the library already.</source>
        <translation>
            <numerusform>其中 %n 项素材库中已有。</numerusform>
        </translation>
    </message>
    <message>
        <source>“{0}” is in the library.</source>
        <translation>“{0}”已在素材库中。</translation>
    </message>
    <message>
        <source>Use this recipe</source>
        <translation>使用此配方</translation>
    </message>
</context>
<context>
    <name>AssetListModel</name>
    <message>
        <source>Loading</source>
        <translation>正在加载</translation>
    </message>
</context>
<context>
    <name>AssetPainter</name>
    <message>
        <source>File is missing</source>
        <translation>文件缺失</translation>
    </message>
</context>
<context>
    <name>AssetStage</name>
    <message>
        <source>Asset</source>
        <translation>素材</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>The file is missing or cannot be shown.</source>
        <translation>文件缺失或无法显示。</translation>
    </message>
</context>
<context>
    <name>AssetWords</name>
    <message>
        <source>picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>sound</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>file</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>{0} of 5</source>
        <translation>{0} 星（满分 5 星）</translation>
    </message>
</context>
<context>
    <name>AudioPlayer</name>
    <message>
        <source>Play</source>
        <translation>播放</translation>
    </message>
    <message>
        <source>Place in the sound</source>
        <translation>播放位置</translation>
    </message>
    <message>
        <source>Play again and again</source>
        <translation>循环播放</translation>
    </message>
    <message>
        <source>This computer cannot play sound here.</source>
        <translation>此电脑无法在这里播放声音。</translation>
    </message>
    <message>
        <source>Open in player</source>
        <translation>用播放器打开</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>ChoiceField</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
</context>
<context>
    <name>CommandPalette</name>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>What do you want to do?</source>
        <translation>想做什么？</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>No command of that name.</source>
        <translation>没有这样的命令。</translation>
    </message>
</context>
<context>
    <name>CompareSheet</name>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation>并排</translation>
    </message>
    <message>
        <source>Slider</source>
        <translation>滑动对比</translation>
    </message>
    <message>
        <source>How to compare</source>
        <translation>对比方式</translation>
    </message>
    <message>
        <source>Close (Escape)</source>
        <translation>关闭（Esc）</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Brandloom has a fault</source>
        <translation>Brandloom 出现故障</translation>
    </message>
    <message>
        <source>Something in Brandloom went wrong</source>
        <translation>Brandloom 出了点问题</translation>
    </message>
    <message>
        <source>Nothing in your library or queue is lost: both are kept outside this window. You can go on, or close the window and open it again. The report below is also in {0}.</source>
        <translation>素材库和队列都没有丢失：它们保存在此窗口之外。你可以继续使用，也可以关闭窗口后重新打开。以下报告也保存在 {0}。</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>CreateForm</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Music</source>
        <translation>音乐</translation>
    </message>
    <message>
        <source>What to make</source>
        <translation>生成类型</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>排除内容</translation>
    </message>
    <message>
        <source>What must not show</source>
        <translation>不希望出现的内容</translation>
    </message>
    <message>
        <source>Reference picture</source>
        <translation>参考图</translation>
    </message>
    <message>
        <source>Drop a picture here to start from it instead of from nothing.</source>
        <translation>将图片拖到这里，以它为起点生成。</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>White is made anew, black stays.</source>
        <translation>白色区域重绘，黑色区域保留。</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>How many results</source>
        <translation>生成数量</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
</context>
<context>
    <name>CreateInputs</name>
    <message>
        <source>Choose the picture first, then paint on it.</source>
        <translation>请先选择图片，再在上面涂抹。</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>蒙版</translation>
    </message>
    <message>
        <source>This is no picture: {0}</source>
        <translation>这不是图片：{0}</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Choose a picture</source>
        <translation>选择图片</translation>
    </message>
</context>
<context>
    <name>CreatePage</name>
    <message>
        <source>Create</source>
        <translation>创作</translation>
    </message>
    <message>
        <source>What you make appears here, while it is being made.</source>
        <translation>生成的内容会在生成过程中实时显示在这里。</translation>
    </message>
    <message>
        <source>Generate</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Make a picture</source>
        <translation>生成图片</translation>
    </message>
    <message>
        <source>Write a text</source>
        <translation>撰写文本</translation>
    </message>
    <message>
        <source>Make music</source>
        <translation>生成音乐</translation>
    </message>
    <message>
        <source>Go to the prompt</source>
        <translation>跳到提示词</translation>
    </message>
    <message>
        <source>Add a model file</source>
        <translation>添加模型文件</translation>
    </message>
    <message>
        <source>Add a model folder</source>
        <translation>添加模型文件夹</translation>
    </message>
    <message>
        <source>The generator “{0}” is not installed.</source>
        <translation>未安装生成器“{0}”。</translation>
    </message>
    <message>
        <source>Its prompt is filled in; choose another generator.</source>
        <translation>提示词已填入，请选择其他生成器。</translation>
    </message>
    <message>
        <source>Not all of the recipe is here: {0}.</source>
        <translation>配方中有些内容已不在：{0}。</translation>
    </message>
    <message>
        <source>Choose something else in its place; the result will differ.</source>
        <translation>请选择其他内容代替；结果会有所不同。</translation>
    </message>
</context>
<context>
    <name>CreateWeights</name>
    <message>
        <source>Add a model file</source>
        <translation>添加模型文件</translation>
    </message>
    <message>
        <source>Model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Add a model folder</source>
        <translation>添加模型文件夹</translation>
    </message>
    <message>
        <source>Starter music</source>
        <translation>入门音乐</translation>
    </message>
    <message>
        <source>Starter image model</source>
        <translation>入门图片模型</translation>
    </message>
    <message>
        <source>{0} is on the list.</source>
        <translation>{0} 已加入列表。</translation>
    </message>
</context>
<context>
    <name>DetailsPanel</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>隐藏详情</translation>
    </message>
    <message>
        <source>Select an asset to see how it was made.</source>
        <translation>选择一项素材，查看它是如何生成的。</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>生成类似内容</translation>
    </message>
    <message>
        <source>Use as reference on Create</source>
        <translation>在“创作”中用作参考</translation>
    </message>
    <message>
        <source>Upscale ×4</source>
        <translation>放大 ×4</translation>
    </message>
    <message>
        <source>Export …</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Add a tag</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>Add a tag to all, then Return</source>
        <translation>为全部添加标签，按回车确认</translation>
    </message>
    <message>
        <source>Add a tag to all</source>
        <translation>为全部添加标签</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>已选择 %n 项</numerusform>
        </translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>反向提示词</translation>
    </message>
    <message>
        <source>This file came without a recipe.</source>
        <translation>此文件没有附带配方。</translation>
    </message>
    <message>
        <source>Copy: {0}</source>
        <translation>复制：{0}</translation>
    </message>
    <message>
        <source>{0} copied.</source>
        <translation>已复制{0}。</translation>
    </message>
    <message>
        <source>Boards</source>
        <translation>收藏板</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>来源素材</translation>
    </message>
    <message>
        <source>Used for</source>
        <translation>用于生成</translation>
    </message>
    <message>
        <source>Take off the board {0}</source>
        <translation>从收藏板“{0}”中移除</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
</context>
<context>
    <name>DropVeil</name>
    <message>
        <source>Drop to import</source>
        <translation>松开即可导入</translation>
    </message>
</context>
<context>
    <name>Execution</name>
    <message>
        <source>How it ran</source>
        <translation>运行记录</translation>
    </message>
</context>
<context>
    <name>FileDrop</name>
    <message>
        <source>There is no file to import in there.</source>
        <translation>里面没有可以导入的文件。</translation>
    </message>
    <message numerus="yes">
        <source>Only the first %n files are imported.</source>
        <translation>
            <numerusform>只导入前 %n 个文件。</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop the rest in parts, or as a ZIP.</source>
        <translation>其余的请分批拖入，或打包成 ZIP。</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Search the library</source>
        <translation>搜索素材库</translation>
    </message>
    <message>
        <source>Search prompts, titles, tags</source>
        <translation>搜索提示词、标题、标签</translation>
    </message>
    <message>
        <source>Rating</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Tag</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Size of the pictures</source>
        <translation>图片大小</translation>
    </message>
    <message>
        <source>Size of the pictures (Ctrl and mouse wheel)</source>
        <translation>图片大小（Ctrl+鼠标滚轮）</translation>
    </message>
    <message>
        <source>{0} and up</source>
        <translation>{0} 及以上</translation>
    </message>
    <message>
        <source>Order: {0}</source>
        <translation>排序：{0}</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>最新在前</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>最早在前</translation>
    </message>
    <message>
        <source>Best rated first</source>
        <translation>评分最高在前</translation>
    </message>
    <message>
        <source>By title</source>
        <translation>按标题</translation>
    </message>
    <message>
        <source>any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Any rating</source>
        <translation>任意评分</translation>
    </message>
    <message>
        <source>Any tag</source>
        <translation>任意标签</translation>
    </message>
    <message>
        <source>Any model</source>
        <translation>任意模型</translation>
    </message>
</context>
<context>
    <name>HaltNotice</name>
    <message>
        <source>Resume queue</source>
        <translation>继续队列</translation>
    </message>
    <message>
        <source>The queue is paused; nothing starts.</source>
        <translation>队列已暂停，不会开始任何任务。</translation>
    </message>
    <message>
        <source>The disk is full; nothing starts.</source>
        <translation>磁盘已满，不会开始任何任务。</translation>
    </message>
</context>
<context>
    <name>JobFacts</name>
    <message>
        <source>Checkpoint</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Lane</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>Added</source>
        <translation>加入时间</translation>
    </message>
    <message>
        <source>Waits for</source>
        <translation>等待</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束时间</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Technical details</source>
        <translation>技术细节</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>JobGroup</name>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>took {0}</source>
        <translation>用时 {0}</translation>
    </message>
    <message>
        <source>The results are no longer in the library.</source>
        <translation>结果已不在素材库中。</translation>
    </message>
</context>
<context>
    <name>JobListModel</name>
    <message numerus="yes">
        <source>%n job(s)</source>
        <translation>
            <numerusform>%n 个任务</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>JobListView</name>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Move to the top</source>
        <translation>移到最前</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Show result</source>
        <translation>查看结果</translation>
    </message>
</context>
<context>
    <name>JobPanel</name>
    <message>
        <source>Details of the job</source>
        <translation>任务详情</translation>
    </message>
    <message>
        <source>Close details</source>
        <translation>关闭详情</translation>
    </message>
    <message>
        <source>Your changes to this job are not saved.</source>
        <translation>对此任务的更改尚未保存。</translation>
    </message>
    <message>
        <source>Drop them</source>
        <translation>放弃更改</translation>
    </message>
    <message>
        <source>Go on editing</source>
        <translation>继续编辑</translation>
    </message>
    <message>
        <source>This job began before your changes were saved.</source>
        <translation>在你保存更改之前，此任务已经开始。</translation>
    </message>
    <message>
        <source>They are still here: “Add to the queue” makes another job of them.</source>
        <translation>更改仍保留在此处：“加入队列”会将其作为另一个任务提交。</translation>
    </message>
    <message>
        <source>Without a title</source>
        <translation>未命名</translation>
    </message>
    <message>
        <source>Lane</source>
        <translation>优先级</translation>
    </message>
    <message>
        <source>The generator of this job is not installed, so it cannot be edited.</source>
        <translation>此任务的生成器未安装，因此无法编辑。</translation>
    </message>
    <message>
        <source>Save changes</source>
        <translation>保存更改</translation>
    </message>
    <message>
        <source>Cancel job</source>
        <translation>取消任务</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>再次运行</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Change and retry</source>
        <translation>修改后重试</translation>
    </message>
    <message>
        <source>Add to the queue</source>
        <translation>加入队列</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
</context>
<context>
    <name>JobRowDelegate</name>
    <message numerus="yes">
        <source>%n job(s)</source>
        <extracomment>Buttons at the right of the row under the pointer: name → icon.</extracomment>
        <translation>
            <numerusform>%n 个任务</numerusform>
        </translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批量</translation>
    </message>
</context>
<context>
    <name>JobWords</name>
    <message>
        <source>Interactive</source>
        <translation>即时</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>批量</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Cancelling</source>
        <translation>正在取消</translation>
    </message>
    <message>
        <source>Queued</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>Succeeded</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Choose copy</source>
        <translation>挑选文案</translation>
    </message>
    <message>
        <source>Write image prompts</source>
        <translation>编写图像提示词</translation>
    </message>
    <message>
        <source>Compose a creative</source>
        <translation>合成创意</translation>
    </message>
    <message>
        <source>Finish the campaign</source>
        <translation>完成营销活动</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>took {0}</source>
        <translation>用时 {0}</translation>
    </message>
    <message>
        <source>added {0}</source>
        <translation>{0}加入</translation>
    </message>
</context>
<context>
    <name>JsonField</name>
    <message>
        <source>This is not JSON: {0}</source>
        <translation>这不是有效的 JSON：{0}</translation>
    </message>
</context>
<context>
    <name>LastInputs</name>
    <message>
        <source>A picture that Create started from is no longer in the library.</source>
        <translation>“创作”所用的一张图片已不在素材库中。</translation>
    </message>
    <message>
        <source>Choose another one, or take it out of the trash.</source>
        <translation>请另选一张，或将其从回收站恢复。</translation>
    </message>
</context>
<context>
    <name>LibraryPage</name>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Export …</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>在文件夹中显示</translation>
    </message>
    <message>
        <source>Move to trash</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>生成类似内容</translation>
    </message>
    <message>
        <source>The same, but calmer</source>
        <translation>同一首，更舒缓</translation>
    </message>
    <message>
        <source>The same, but livelier</source>
        <translation>同一首，更有活力</translation>
    </message>
    <message>
        <source>Go on with this piece</source>
        <translation>接着这首写下去</translation>
    </message>
    <message>
        <source>Use as reference</source>
        <translation>用作参考</translation>
    </message>
    <message>
        <source>Copy prompt</source>
        <translation>复制提示词</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>复制图片</translation>
    </message>
    <message>
        <source>Copy text</source>
        <translation>复制文本</translation>
    </message>
    <message>
        <source>Upscale</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>No rating</source>
        <translation>不评分</translation>
    </message>
    <message>
        <source>Add to board</source>
        <translation>加入收藏板</translation>
    </message>
    <message>
        <source>New board …</source>
        <translation>新建收藏板…</translation>
    </message>
    <message>
        <source>Take off this board</source>
        <translation>从此收藏板移除</translation>
    </message>
    <message>
        <source>Search the library</source>
        <translation>搜索素材库</translation>
    </message>
    <message>
        <source>Import files</source>
        <translation>导入文件</translation>
    </message>
    <message>
        <source>Export the selection</source>
        <translation>导出所选素材</translation>
    </message>
    <message>
        <source>Compare the selection</source>
        <translation>对比所选素材</translation>
    </message>
    <message>
        <source>Make more like this</source>
        <translation>生成类似内容</translation>
    </message>
    <message>
        <source>Copy picture or text</source>
        <translation>复制图片或文本</translation>
    </message>
    <message>
        <source>Copy the prompt</source>
        <translation>复制提示词</translation>
    </message>
    <message>
        <source>Show the file in its folder</source>
        <translation>在文件夹中显示文件</translation>
    </message>
    <message>
        <source>Move the selection to the trash</source>
        <translation>将所选素材移到回收站</translation>
    </message>
    <message>
        <source>New board</source>
        <translation>新建收藏板</translation>
    </message>
    <message>
        <source>Show or hide details</source>
        <translation>显示或隐藏详情</translation>
    </message>
    <message>
        <source>Larger pictures</source>
        <translation>放大图片</translation>
    </message>
    <message>
        <source>Smaller pictures</source>
        <translation>缩小图片</translation>
    </message>
    <message>
        <source>Rate; 0 takes it away</source>
        <translation>评分；按 0 清除</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>素材库</translation>
    </message>
    <message>
        <source>Assets</source>
        <translation>素材</translation>
    </message>
    <message>
        <source>Empty trash</source>
        <translation>清空回收站</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Bring in files; dropping them here does the same</source>
        <translation>导入文件；也可以直接拖放到这里</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>显示详情</translation>
    </message>
    <message>
        <source>What you make or import is kept here, with its recipe.</source>
        <translation>生成或导入的内容连同配方都保存在这里。</translation>
    </message>
    <message>
        <source>Create something</source>
        <translation>开始创作</translation>
    </message>
    <message>
        <source>Drag assets here from the library to collect them.</source>
        <translation>从素材库把素材拖到这里收藏。</translation>
    </message>
    <message>
        <source>Show all assets</source>
        <translation>显示全部素材</translation>
    </message>
    <message>
        <source>Nothing fits these filters.</source>
        <translation>没有符合筛选条件的素材。</translation>
    </message>
    <message>
        <source>Clear filters</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>回收站是空的。</translation>
    </message>
    <message>
        <source>Nothing of this kind yet.</source>
        <translation>还没有这类素材。</translation>
    </message>
    <message numerus="yes">
        <source>%n asset(s)</source>
        <translation>
            <numerusform>%n 项素材</numerusform>
        </translation>
    </message>
    <message>
        <source>Select two to four assets to compare.</source>
        <translation>请选择 2 到 4 项素材进行对比。</translation>
    </message>
    <message>
        <source>Hold Ctrl and click them.</source>
        <translation>按住 Ctrl 并单击即可多选。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Everywhere</source>
        <translation>通用</translation>
    </message>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Show keyboard shortcuts</source>
        <translation>显示键盘快捷键</translation>
    </message>
    <message>
        <source>Switch between dark and light</source>
        <translation>切换深色与浅色</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Go to {0}</source>
        <translation>前往{0}</translation>
    </message>
    <message>
        <source>The library cannot be opened: {0}</source>
        <translation>无法打开素材库：{0}</translation>
    </message>
    <message>
        <source>The library can no longer be read; what you see may be old.</source>
        <translation>素材库已无法读取；当前显示的内容可能已过时。</translation>
    </message>
    <message>
        <source>Check that its disk is there, then open Brandloom again.</source>
        <translation>请检查所在磁盘是否可用，然后重新打开 Brandloom。</translation>
    </message>
    <message>
        <source>Use the light theme</source>
        <translation>使用浅色主题</translation>
    </message>
    <message>
        <source>Use the dark theme</source>
        <translation>使用深色主题</translation>
    </message>
    <message>
        <source>There is work in the queue. It goes on without this window.</source>
        <translation>队列中还有任务，关闭窗口后会继续运行。</translation>
    </message>
    <message>
        <source>Open Brandloom again at any time to watch them live.</source>
        <translation>随时重新打开 Brandloom 即可查看实时进度。</translation>
    </message>
    <message>
        <source>Close, keep working</source>
        <translation>关闭窗口，继续运行</translation>
    </message>
    <message>
        <source>Pause queue and close</source>
        <translation>暂停队列并关闭</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Paused when the window was closed.</source>
        <translation>关闭窗口时已暂停。</translation>
    </message>
</context>
<context>
    <name>Manifest</name>
    <message>
        <source>Music</source>
        <translation>音乐</translation>
    </message>
    <message>
        <source>Text to music</source>
        <translation>文字生成音乐</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Genre, mood, instruments, tempo. Left empty, the checkpoint plays what it likes. The starter reads 简体中文 too, key, moments such as &quot;drop at 7.5 s&quot; or &quot;end on the logo at 14 s&quot;, and &quot;loop&quot;.</source>
        <translation>曲风、情绪、乐器、节奏。留空则由模型自由发挥。入门音乐也读中文、调性、时间点（如“7.5秒爆发”“14秒处落在标志上”）和“循环”。</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>The file has exactly this length, to the sample.</source>
        <translation>文件时长与此完全一致，精确到采样点。</translation>
    </message>
    <message>
        <source>Variations</source>
        <translation>变体数</translation>
    </message>
    <message>
        <source>How many pieces to make, each with a seed of its own.</source>
        <translation>生成几段音乐，每段使用不同的种子。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>种子</translation>
    </message>
    <message>
        <source>The same seed gives the same piece; -1 picks one by chance. Variations count up from it.</source>
        <translation>相同种子生成相同乐曲；-1 表示随机。各变体的种子依次递增。</translation>
    </message>
    <message>
        <source>Intensity</source>
        <translation>强度</translation>
    </message>
    <message>
        <source>-1 is calmer, 1 more driving than the prompt says; key, chords and tune stay. Known to the starter.</source>
        <translation>-1 比提示词更平静，1 更有冲劲；调性、和弦和旋律不变。仅入门音乐支持。</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>段落</translation>
    </message>
    <message>
        <source>0 begins a piece; 1, 2 and so on go on with it, the same seed, prompt and length given: key, tempo and instruments stay, odd parts bring a new tune, even ones the first again. Known to the starter.</source>
        <translation>0 是乐曲的开头；用同样的种子、提示词和时长，1、2 等接着写下去：调性、速度和乐器不变，奇数段换新旋律，偶数段回到最初的旋律。入门音乐模型支持。</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件格式</translation>
    </message>
    <message>
        <source>WAV and FLAC lose nothing; MP3 is small.</source>
        <translation>WAV 和 FLAC 无损；MP3 体积小。</translation>
    </message>
    <message>
        <source>flac</source>
        <translation>flac</translation>
    </message>
    <message>
        <source>Loudness</source>
        <translation>响度</translation>
    </message>
    <message>
        <source>Integrated loudness; -16 suits social media, -23 European television. Peaks stay below -1 dBTP.</source>
        <translation>综合响度；-16 适合社交媒体，-23 适合欧洲电视。峰值低于 -1 dBTP。</translation>
    </message>
    <message>
        <source>Fade in</source>
        <translation>淡入</translation>
    </message>
    <message>
        <source>How long the music takes to come up.</source>
        <translation>音乐渐强所需的时间。</translation>
    </message>
    <message>
        <source>Fade out</source>
        <translation>淡出</translation>
    </message>
    <message>
        <source>How long the music takes to go down at the end.</source>
        <translation>结尾渐弱所需的时间。</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>引导强度</translation>
    </message>
    <message>
        <source>How closely the music follows the prompt; 1 is fastest and loosest.</source>
        <translation>音乐贴合提示词的程度；1 最快也最自由。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Higher values surprise more, lower ones repeat more.</source>
        <translation>值越高越多变，越低越重复。</translation>
    </message>
    <message>
        <source>Top k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Each sound is chosen from this many likeliest ones; 0 takes all.</source>
        <translation>每个音从概率最高的这么多候选中选取；0 表示全部。</translation>
    </message>
    <message>
        <source>Stems</source>
        <translation>分轨</translation>
    </message>
    <message>
        <source>Also gives each instrument as a file of its own, for mixing. Known to the starter.</source>
        <translation>另外给出每件乐器的单独文件，便于混音。仅入门音乐支持。</translation>
    </message>
    <message>
        <source>MIDI</source>
        <translation>MIDI</translation>
    </message>
    <message>
        <source>Also gives the notes as a MIDI file, for a sequencer. Known to the starter.</source>
        <translation>另外给出音符的 MIDI 文件，便于在音序器中继续制作。仅入门音乐支持。</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>声道</translation>
    </message>
    <message>
        <source>Most checkpoints compose in mono; stereo then holds the same on both sides.</source>
        <translation>多数模型以单声道创作；此时立体声两侧内容相同。</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>立体声</translation>
    </message>
    <message>
        <source>mono</source>
        <translation>单声道</translation>
    </message>
    <message>
        <source>Sample rate</source>
        <translation>采样率</translation>
    </message>
    <message>
        <source>48000 for video, 44100 for the rest.</source>
        <translation>视频用 48000，其余用 44100。</translation>
    </message>
    <message>
        <source>Bit depth</source>
        <translation>位深</translation>
    </message>
    <message>
        <source>For WAV and FLAC; 24 leaves room for further editing.</source>
        <translation>用于 WAV 和 FLAC；24 位便于后期编辑。</translation>
    </message>
    <message>
        <source>Test cards</source>
        <translation>测试卡</translation>
    </message>
    <message>
        <source>Test text</source>
        <translation>测试文本</translation>
    </message>
    <message>
        <source>Test picture</source>
        <translation>测试图片</translation>
    </message>
    <message>
        <source>Test sound</source>
        <translation>测试音频</translation>
    </message>
    <message>
        <source>Repeated on the card; it changes what the card looks or sounds like.</source>
        <translation>会显示在卡片上，并改变卡片的外观或声音。</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步数</translation>
    </message>
    <message>
        <source>How many steps the work is cut into; progress is reported after each.</source>
        <translation>将工作分为几步；每步完成后报告进度。</translation>
    </message>
    <message>
        <source>Time per step</source>
        <translation>每步时间</translation>
    </message>
    <message>
        <source>How long each step waits; cancelling does not wait for its end.</source>
        <translation>每步等待的时间；取消时无需等它结束。</translation>
    </message>
    <message>
        <source>Variants</source>
        <translation>变体数</translation>
    </message>
    <message>
        <source>How many cards to make, each with a seed of its own.</source>
        <translation>生成几张卡片，每张使用不同的种子。</translation>
    </message>
    <message>
        <source>The same seed gives the same card; -1 picks one by chance.</source>
        <translation>相同种子生成相同卡片；-1 表示随机。</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Side length of the square picture.</source>
        <translation>正方形图片的边长。</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>时长</translation>
    </message>
    <message>
        <source>Length of the sound.</source>
        <translation>音频的时长。</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文本大小</translation>
    </message>
    <message>
        <source>Repeats the text until it has at least this size; 0 leaves it as it is.</source>
        <translation>重复文本直到至少达到此大小；0 表示不重复。</translation>
    </message>
    <message>
        <source>Go wrong</source>
        <translation>故意出错</translation>
    </message>
    <message>
        <source>Fails on purpose at the middle step: an expected error, a bug, too little memory, the end of the process, or no answer.</source>
        <translation>在中间一步故意失败：预期错误、程序缺陷、内存不足、进程终止或无响应。</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>user</source>
        <translation>预期错误</translation>
    </message>
    <message>
        <source>hang</source>
        <translation>无响应</translation>
    </message>
    <message>
        <source>Images (diffusion)</source>
        <translation>图片（扩散模型）</translation>
    </message>
    <message>
        <source>Text to image</source>
        <translation>文生图</translation>
    </message>
    <message>
        <source>Image to image</source>
        <translation>图生图</translation>
    </message>
    <message>
        <source>Repaint a part</source>
        <translation>局部重绘</translation>
    </message>
    <message>
        <source>What the picture shows. What the checkpoint&apos;s text encoder does not read is named in the picture&apos;s note.</source>
        <translation>画面内容。模型文本编码器未读取的部分会在图片备注中注明。</translation>
    </message>
    <message>
        <source>Negative prompt</source>
        <translation>反向提示词</translation>
    </message>
    <message>
        <source>What the picture must not show; a few checkpoints take none.</source>
        <translation>不希望出现在画面中的内容；少数模型不支持。</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Of the finished picture; left open, the checkpoint&apos;s own size or that of the given picture.</source>
        <translation>成品图片的尺寸；留空则采用模型默认尺寸或所给图片的尺寸。</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>张数</translation>
    </message>
    <message>
        <source>How many to make; each has the next seed.</source>
        <translation>生成几张；种子依次递增。</translation>
    </message>
    <message>
        <source>The same seed and settings make the same picture; -1 picks one at random.</source>
        <translation>种子和设置相同，图片就相同；-1 表示随机。</translation>
    </message>
    <message>
        <source>More steps take longer and are cleaner up to a point; left open, as the checkpoint asks, else 25.</source>
        <translation>步数越多耗时越长，在一定范围内画面更干净；留空则按模型要求，否则为 25。</translation>
    </message>
    <message>
        <source>How closely the picture follows the prompt; left open, the checkpoint&apos;s own.</source>
        <translation>画面贴合提示词的程度；留空则用模型默认值。</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>重绘强度</translation>
    </message>
    <message>
        <source>How far the result may leave the given picture; left open, 0.6 from a picture and 1 in a repainted part.</source>
        <translation>结果可偏离所给图片的程度；留空时图生图为 0.6，局部重绘为 1。</translation>
    </message>
    <message>
        <source>Scheduler</source>
        <translation>调度器</translation>
    </message>
    <message>
        <source>The noise schedule; a checkpoint refuses those that it cannot use, and says which it can.</source>
        <translation>噪声调度方式；模型会拒绝不支持的方式，并说明支持哪些。</translation>
    </message>
    <message>
        <source>default</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>ddim</source>
        <translation>ddim</translation>
    </message>
    <message>
        <source>ddpm</source>
        <translation>ddpm</translation>
    </message>
    <message>
        <source>pndm</source>
        <translation>pndm</translation>
    </message>
    <message>
        <source>euler</source>
        <translation>euler</translation>
    </message>
    <message>
        <source>heun</source>
        <translation>heun</translation>
    </message>
    <message>
        <source>deis</source>
        <translation>deis</translation>
    </message>
    <message>
        <source>unipc</source>
        <translation>unipc</translation>
    </message>
    <message>
        <source>exact: scaled and cropped to width and height where the checkpoint cannot make them; native: handed out as it was made.</source>
        <translation>精确：模型无法直接生成该宽高时，缩放并裁切到位；原始：按生成时的尺寸输出。</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>精确</translation>
    </message>
    <message>
        <source>native</source>
        <translation>原始</translation>
    </message>
    <message>
        <source>Upscaler</source>
        <translation>放大模型</translation>
    </message>
    <message>
        <source>auto: a picture that must grow to its size is enlarged by an upscaler where one is installed; none: by resampling, which is softer.</source>
        <translation>auto：图片需要放大到目标尺寸时，如已安装放大模型则用它放大；none：用重采样放大，画面较柔和。</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Preview every</source>
        <translation>预览间隔</translation>
    </message>
    <message>
        <source>Steps between previews; 0 shows none.</source>
        <translation>每隔几步预览一次；0 表示不预览。</translation>
    </message>
    <message>
        <source>Upscaling</source>
        <translation>图片放大</translation>
    </message>
    <message>
        <source>Upscale</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>倍数</translation>
    </message>
    <message>
        <source>How many times larger each side becomes; not used where width or height is given.</source>
        <translation>每条边放大的倍数；给出宽度或高度时不使用。</translation>
    </message>
    <message>
        <source>Of the finished picture; left open, it follows from the height or the factor.</source>
        <translation>成品图片的宽度；留空时由高度或倍数得出。</translation>
    </message>
    <message>
        <source>Of the finished picture; left open, it follows from the width or the factor.</source>
        <translation>成品图片的高度；留空时由宽度或倍数得出。</translation>
    </message>
    <message>
        <source>Where width and height have other proportions than the picture. crop: fills both and cuts off evenly what is over; inside: all of the picture, within both.</source>
        <translation>宽高比例与图片不同时的处理。crop：填满宽高，均匀裁去多余部分；inside：保留整张图片，不超出宽高。</translation>
    </message>
    <message>
        <source>crop</source>
        <translation>裁切</translation>
    </message>
    <message>
        <source>inside</source>
        <translation>完整保留</translation>
    </message>
    <message>
        <source>Tile</source>
        <translation>分块</translation>
    </message>
    <message>
        <source>Side of the parts that are enlarged one after another; smaller needs less memory and takes longer. Left open, 512 for compact networks and 256 for RRDB; smaller where memory is short.</source>
        <translation>逐块放大时每块的边长；越小占用内存越少，但耗时更长。留空时紧凑型网络为 512，RRDB 为 256；内存不足时自动减小。</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>撰写</translation>
    </message>
    <message>
        <source>Copy within limits</source>
        <translation>限长文案</translation>
    </message>
    <message>
        <source>What to write, or for copy the brief: brand, product, audience, message.</source>
        <translation>要写的内容；文案则填写简报：品牌、产品、受众、要点。</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>Standing instruction before the prompt; empty uses a short one that fits the mode.</source>
        <translation>放在提示词之前的固定指令；留空则使用适合该方式的简短指令。</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>限制</translation>
    </message>
    <message>
        <source>List of items: key, count, max_width, min_width and width_rule (plain, or cjk2 where a wide character counts 2).</source>
        <translation>条目列表：key、count、max_width、min_width 和 width_rule（plain，或 cjk2：全角字符按 2 计）。</translation>
    </message>
    <message>
        <source>Schema</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>JSON schema that the answer is guaranteed to satisfy; for copy also a plain list of keys.</source>
        <translation>保证回答符合的 JSON schema；文案也可用简单的键列表。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language tag such as en or zh-CN; refused when the checkpoint is known not to write it.</source>
        <translation>语言标签，如 en 或 zh-CN；已知模型不会写该语言时会拒绝。</translation>
    </message>
    <message>
        <source>How many variants to write, together.</source>
        <translation>同时撰写几个变体。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>最大长度</translation>
    </message>
    <message>
        <source>A variant ends here at the latest; for copy this holds for each item.</source>
        <translation>变体最长到此为止；文案则对每个条目分别计算。</translation>
    </message>
    <message>
        <source>Higher is more surprising; 0 always takes the likeliest word.</source>
        <translation>值越高越出人意料；0 表示总取概率最高的词。</translation>
    </message>
    <message>
        <source>Top p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Chooses among the likeliest words that together have this probability.</source>
        <translation>从累计概率达到此值的高概率词中选取。</translation>
    </message>
    <message>
        <source>Chooses among this many likeliest words; 0 for all.</source>
        <translation>从概率最高的这么多词中选取；0 表示全部。</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Above 1 makes words that occurred already less likely.</source>
        <translation>大于 1 时降低已出现词语的概率。</translation>
    </message>
    <message>
        <source>Attempts</source>
        <translation>尝试次数</translation>
    </message>
    <message>
        <source>How often an item that does not fit is asked for again before it is given up.</source>
        <translation>条目不符合要求时，放弃前最多重新生成的次数。</translation>
    </message>
    <message>
        <source>Stop at</source>
        <translation>停止符</translation>
    </message>
    <message>
        <source>List of strings at which a variant ends; they are not part of it.</source>
        <translation>遇到这些字符串时结束，且不包含在结果中。</translation>
    </message>
    <message>
        <source>The same seed repeats the same text on the same machine; -1 draws one.</source>
        <translation>同一台机器上，相同种子得到相同文本；-1 表示随机。</translation>
    </message>
</context>
<context>
    <name>MaskCanvas</name>
    <message>
        <source>Mask: arrows move the brush, Space paints, brackets change its size</source>
        <translation>蒙版：方向键移动画笔，空格键涂抹，方括号键调整大小</translation>
    </message>
</context>
<context>
    <name>MaskSheet</name>
    <message>
        <source>Paint what shall be made anew</source>
        <translation>涂抹需要重绘的区域</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>涂抹</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>工具</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>撤销（Ctrl+Z）</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反转</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
    <message>
        <source>Use mask</source>
        <translation>使用蒙版</translation>
    </message>
    <message>
        <source>Close (Escape)</source>
        <translation>关闭（Esc）</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
</context>
<context>
    <name>MusicChips</name>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add to what the music shall be</source>
        <translation>为音乐添加要求</translation>
    </message>
    <message>
        <source>Say mood, genre, instruments, tempo, key, moments; what is left open is drawn.</source>
        <translation>写下情绪、曲风、乐器、速度、调性、时间点；没写的由模型决定。</translation>
    </message>
    <message>
        <source>Mood</source>
        <translation>情绪</translation>
    </message>
    <message>
        <source>Genre</source>
        <translation>曲风</translation>
    </message>
    <message>
        <source>Instrument</source>
        <translation>乐器</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Pace</source>
        <translation>快慢</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>调性</translation>
    </message>
    <message>
        <source>Metre</source>
        <translation>拍子</translation>
    </message>
    <message>
        <source>Course</source>
        <translation>走向</translation>
    </message>
    <message>
        <source>Moment</source>
        <translation>时间点</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>循环</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>去掉</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Create</source>
        <extracomment>In the order of the rail; later ones (Campaigns, Brands, Models, Settings) slot in between.</extracomment>
        <translation>创作</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>素材库</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
</context>
<context>
    <name>ParamForm</name>
    <message>
        <source>Advanced</source>
        <translation>高级选项</translation>
    </message>
</context>
<context>
    <name>PickSheet</name>
    <message>
        <source>Choose a picture</source>
        <translation>选择图片</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Search pictures</source>
        <translation>搜索图片</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Close (Escape)</source>
        <translation>关闭（Esc）</translation>
    </message>
</context>
<context>
    <name>PlaceButton</name>
    <message numerus="yes">
        <source>%n asset(s)</source>
        <translation>
            <numerusform>%n 项素材</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PreviewSheet</name>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Zoom out (−)</source>
        <translation>缩小（−）</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>放大（+）</translation>
    </message>
    <message>
        <source>Fit the window (F)</source>
        <translation>适合窗口（F）</translation>
    </message>
    <message>
        <source>Previous (←)</source>
        <translation>上一项（←）</translation>
    </message>
    <message>
        <source>Next (→)</source>
        <translation>下一项（→）</translation>
    </message>
    <message>
        <source>Close (Escape)</source>
        <translation>关闭（Esc）</translation>
    </message>
</context>
<context>
    <name>ProgressLine</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>working</source>
        <translation>正在处理</translation>
    </message>
</context>
<context>
    <name>PromptBox</name>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Templates</source>
        <translation>模板</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>What the picture shows: subject, setting, light, style …</source>
        <translation>画面内容：主体、场景、光线、风格…</translation>
    </message>
    <message>
        <source>What to write: for whom, how long, in which tone …</source>
        <translation>写什么：面向谁、多长、什么语气…</translation>
    </message>
    <message>
        <source>Genre, mood, instruments, tempo …</source>
        <translation>曲风、情绪、乐器、节奏…</translation>
    </message>
</context>
<context>
    <name>QueueActions</name>
    <message numerus="yes">
        <source>Cancel %n job(s)?</source>
        <translation>
            <numerusform>取消 %n 个任务？</numerusform>
        </translation>
    </message>
    <message>
        <source>What was made so far stays in the library.</source>
        <translation>已生成的内容会保留在素材库中。</translation>
    </message>
    <message>
        <source>Cancel them</source>
        <translation>全部取消</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>保留</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) cancelled</source>
        <translation>
            <numerusform>已取消 %n 个任务</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>The job stops at its next step</source>
        <translation>任务将在下一步停止</translation>
    </message>
    <message numerus="yes">
        <source>%n job(s) queued again</source>
        <translation>
            <numerusform>已将 %n 个任务重新排队</numerusform>
        </translation>
    </message>
    <message>
        <source>Queued again with your changes</source>
        <translation>已按修改重新排队</translation>
    </message>
    <message>
        <source>Queued as another job</source>
        <translation>已作为另一个任务加入队列</translation>
    </message>
    <message>
        <source>Changes saved</source>
        <translation>更改已保存</translation>
    </message>
    <message>
        <source>Paused by you.</source>
        <translation>已由你暂停。</translation>
    </message>
</context>
<context>
    <name>QueueMenus</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Move to lane {0}</source>
        <translation>改为“{0}”优先级</translation>
    </message>
    <message>
        <source>Retry all that failed</source>
        <translation>重试全部失败任务</translation>
    </message>
    <message>
        <source>Cancel all jobs</source>
        <translation>取消全部任务</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Move to the top</source>
        <translation>移到最前</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Show result</source>
        <translation>查看结果</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>QueuePage</name>
    <message>
        <source>Pause or resume the queue</source>
        <translation>暂停或继续队列</translation>
    </message>
    <message>
        <source>Cancel all jobs</source>
        <translation>取消全部任务</translation>
    </message>
    <message>
        <source>Retry all that failed</source>
        <translation>重试全部失败任务</translation>
    </message>
    <message>
        <source>Filter jobs</source>
        <translation>筛选任务</translation>
    </message>
    <message>
        <source>Pause selected jobs</source>
        <translation>暂停所选任务</translation>
    </message>
    <message>
        <source>Resume selected jobs</source>
        <translation>继续所选任务</translation>
    </message>
    <message>
        <source>Move selected jobs to the top</source>
        <translation>将所选任务移到最前</translation>
    </message>
    <message>
        <source>Cancel selected jobs</source>
        <translation>取消所选任务</translation>
    </message>
    <message>
        <source>Retry selected jobs</source>
        <translation>重试所选任务</translation>
    </message>
    <message>
        <source>Move selected jobs up</source>
        <translation>上移所选任务</translation>
    </message>
    <message>
        <source>Move selected jobs down</source>
        <translation>下移所选任务</translation>
    </message>
    <message>
        <source>Close details</source>
        <translation>关闭详情</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Up next</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>What to list</source>
        <translation>列表内容</translation>
    </message>
    <message>
        <source>Jobs up next</source>
        <translation>待处理的任务</translation>
    </message>
    <message>
        <source>Jobs that ended</source>
        <translation>已结束的任务</translation>
    </message>
    <message>
        <source>Jobs that failed</source>
        <translation>失败的任务</translation>
    </message>
    <message>
        <source>Nothing waits. What you ask for on Create runs here in turn.</source>
        <translation>没有等待中的任务。在“创作”中提交的内容会在这里依次运行。</translation>
    </message>
    <message>
        <source>Create something</source>
        <translation>开始创作</translation>
    </message>
    <message>
        <source>Nothing has finished yet.</source>
        <translation>还没有完成的任务。</translation>
    </message>
    <message>
        <source>Nothing has failed.</source>
        <translation>没有失败的任务。</translation>
    </message>
    <message>
        <source>No job fits the filter.</source>
        <translation>没有符合筛选条件的任务。</translation>
    </message>
    <message>
        <source>Clear filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Looking through older jobs …</source>
        <translation>正在查找更早的任务…</translation>
    </message>
</context>
<context>
    <name>QueueTopBar</name>
    <message>
        <source>Engine stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>Pause queue</source>
        <translation>暂停队列</translation>
    </message>
    <message>
        <source>More for the whole queue</source>
        <translation>队列的更多操作</translation>
    </message>
    <message>
        <source>Resume queue</source>
        <translation>继续队列</translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n 个进行中</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to come</source>
        <translation>
            <numerusform>%n 个待处理</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n 个已暂停</numerusform>
        </translation>
    </message>
    <message>
        <source>The queue is paused.</source>
        <translation>队列已暂停。</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message numerus="yes">
        <source>%n loaded</source>
        <translation>
            <numerusform>已加载 %n 个模型</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Navigation</source>
        <translation>导航</translation>
    </message>
    <message>
        <source>Find a command (Ctrl+K)</source>
        <translation>查找命令（Ctrl+K）</translation>
    </message>
    <message>
        <source>Light theme</source>
        <translation>浅色主题</translation>
    </message>
    <message>
        <source>Keyboard shortcuts (F1)</source>
        <translation>键盘快捷键（F1）</translation>
    </message>
</context>
<context>
    <name>RailButton</name>
    <message numerus="yes">
        <source>%n active</source>
        <translation>
            <numerusform>%n 个任务进行中或等待中</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReferenceBox</name>
    <message>
        <source>Paint …</source>
        <translation>涂抹…</translation>
    </message>
    <message>
        <source>File …</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Library …</source>
        <translation>素材库…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>ResultTile</name>
    <message>
        <source>Make a variation with a new seed</source>
        <translation>用新种子生成变体</translation>
    </message>
    <message>
        <source>Use as reference</source>
        <translation>用作参考</translation>
    </message>
    <message>
        <source>Upscale ×4</source>
        <translation>放大 ×4</translation>
    </message>
    <message>
        <source>The same, but calmer</source>
        <translation>同一首，更舒缓</translation>
    </message>
    <message>
        <source>The same, but livelier</source>
        <translation>同一首，更有活力</translation>
    </message>
    <message>
        <source>Go on with this piece</source>
        <translation>接着这首写下去</translation>
    </message>
    <message>
        <source>Copy the text</source>
        <translation>复制文本</translation>
    </message>
    <message>
        <source>Open in the library</source>
        <translation>在素材库中打开</translation>
    </message>
</context>
<context>
    <name>RunningCard</name>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Text so far</source>
        <translation>目前的文本</translation>
    </message>
    <message>
        <source>Progress of the job</source>
        <translation>任务进度</translation>
    </message>
    <message>
        <source>Cancelling …</source>
        <translation>正在取消…</translation>
    </message>
    <message>
        <source>Running: {0}</source>
        <translation>正在运行：{0}</translation>
    </message>
    <message>
        <source>Stopping at the next step</source>
        <translation>将在下一步停止</translation>
    </message>
    <message>
        <source>Getting ready</source>
        <translation>正在准备</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>正在加载</translation>
    </message>
    <message>
        <source>Making</source>
        <translation>正在生成</translation>
    </message>
    <message>
        <source>{0} so far</source>
        <translation>已用 {0}</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>SeedField</name>
    <message>
        <source>A new one each time</source>
        <translation>每次使用新种子</translation>
    </message>
    <message>
        <source>Roll a seed</source>
        <translation>随机生成种子</translation>
    </message>
    <message>
        <source>Use a new seed each time</source>
        <translation>每次使用新种子</translation>
    </message>
    <message>
        <source>Keep this seed</source>
        <translation>固定此种子</translation>
    </message>
</context>
<context>
    <name>SetupBox</name>
    <message>
        <source>Generator</source>
        <translation>生成器</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Way of working</source>
        <translation>工作方式</translation>
    </message>
    <message>
        <source>Add a model</source>
        <translation>添加模型</translation>
    </message>
    <message>
        <source>Point Brandloom at a model folder or a .safetensors or .gguf file on this computer. It is used where it lies, never copied.</source>
        <translation>选择此电脑上的模型文件夹，或 .safetensors、.gguf 文件。模型会在原位置使用，不会复制。</translation>
    </message>
    <message>
        <source>Use the model that comes with Brandloom</source>
        <translation>使用 Brandloom 自带的模型</translation>
    </message>
    <message>
        <source>Add file …</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Add folder …</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Or see how it works with test cards (no AI)</source>
        <translation>或用测试卡了解流程（不使用 AI）</translation>
    </message>
    <message>
        <source>{0} (no AI)</source>
        <translation>{0}（非 AI）</translation>
    </message>
    <message>
        <source>Without a model</source>
        <translation>不使用模型</translation>
    </message>
    <message>
        <source>{0} (not there)</source>
        <translation>{0}（不存在）</translation>
    </message>
    <message>
        <source>{0} (untrained)</source>
        <translation>{0}（未训练）</translation>
    </message>
    <message>
        <source>There is no model for pictures yet.</source>
        <translation>还没有用于图片的模型。</translation>
    </message>
    <message>
        <source>There is no model for text yet.</source>
        <translation>还没有用于文本的模型。</translation>
    </message>
    <message>
        <source>There is no model for music yet.</source>
        <translation>还没有用于音乐的模型。</translation>
    </message>
    <message>
        <source>Test cards show how everything works. Nothing here is made by AI.</source>
        <translation>测试卡用于演示流程，其内容均非 AI 生成。</translation>
    </message>
    <message>
        <source>Its files are not where they were: {0}</source>
        <translation>模型文件已不在原处：{0}</translation>
    </message>
    <message>
        <source>Untrained: random weights of the real design. Results are noise.</source>
        <translation>未训练：结构真实但权重随机，结果只是噪声。</translation>
    </message>
    <message>
        <source>its licence</source>
        <translation>其许可证</translation>
    </message>
    <message>
        <source>Not for commercial use ({0}).</source>
        <translation>不可商用（{0}）。</translation>
    </message>
    <message>
        <source>A file …</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>A folder …</source>
        <translation>文件夹…</translation>
    </message>
</context>
<context>
    <name>ShortcutList</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Sidebar</name>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>图片</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Sounds</source>
        <translation>音频</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Boards</source>
        <translation>收藏板</translation>
    </message>
    <message>
        <source>New board</source>
        <translation>新建收藏板</translation>
    </message>
    <message>
        <source>Name of the board</source>
        <translation>收藏板名称</translation>
    </message>
    <message>
        <source>Name, then Return</source>
        <translation>输入名称，按回车确认</translation>
    </message>
    <message>
        <source>Drop assets on a board to collect them.</source>
        <translation>把素材拖到收藏板上即可收藏。</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Delete board</source>
        <translation>删除收藏板</translation>
    </message>
</context>
<context>
    <name>Skeleton</name>
    <message>
        <source>Loading</source>
        <translation>正在加载</translation>
    </message>
</context>
<context>
    <name>SlideView</name>
    <message>
        <source>Two pictures with a line between them; arrows move it</source>
        <translation>以分隔线对比的两张图片；方向键移动分隔线</translation>
    </message>
</context>
<context>
    <name>StarsEdit</name>
    <message>
        <source>Rate with the keys 1 to 5; 0 takes the rating away</source>
        <translation>按 1 到 5 键评分，按 0 键清除评分</translation>
    </message>
    <message>
        <source>Rating: {0} of 5</source>
        <translation>评分：{0} 星（满分 5 星）</translation>
    </message>
</context>
<context>
    <name>StoreAccess</name>
    <message>
        <source>Something unexpected went wrong: {0}</source>
        <translation>发生意外错误：{0}</translation>
    </message>
    <message>
        <source>It is in the log. Trying again may help.</source>
        <translation>详情已记入日志，可以再试一次。</translation>
    </message>
</context>
<context>
    <name>TagEdit</name>
    <message>
        <source>Add a tag</source>
        <translation>添加标签</translation>
    </message>
    <message>
        <source>Take off the tag {0}</source>
        <translation>移除标签“{0}”</translation>
    </message>
</context>
<context>
    <name>Templates</name>
    <message>
        <source>Product on a plain ground</source>
        <translation>纯色背景产品图</translation>
    </message>
    <message>
        <source>Product in use</source>
        <translation>产品使用场景</translation>
    </message>
    <message>
        <source>Mood backdrop</source>
        <translation>氛围背景</translation>
    </message>
    <message>
        <source>Pattern</source>
        <translation>图案</translation>
    </message>
    <message>
        <source>Illustration</source>
        <translation>插画</translation>
    </message>
    <message>
        <source>Headlines</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Primary text for a feed ad</source>
        <translation>信息流广告正文</translation>
    </message>
    <message>
        <source>Say it in another tone</source>
        <translation>换一种语气</translation>
    </message>
    <message>
        <source>Product description</source>
        <translation>产品描述</translation>
    </message>
    <message>
        <source>Calm bed</source>
        <translation>舒缓背景音乐</translation>
    </message>
    <message>
        <source>Bright and active</source>
        <translation>明快活力</translation>
    </message>
    <message>
        <source>Big and cinematic</source>
        <translation>恢弘电影感</translation>
    </message>
</context>
<context>
    <name>TextBox</name>
    <message>
        <source>Too long by {0} characters; nothing is cut for you.</source>
        <translation>超出 {0} 个字符；不会自动截断。</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭提示</translation>
    </message>
</context>
<context>
    <name>Waveform</name>
    <message>
        <source>Waveform</source>
        <translation>波形</translation>
    </message>
    <message>
        <source>intro</source>
        <translation>前奏</translation>
    </message>
    <message>
        <source>main</source>
        <translation>主段</translation>
    </message>
    <message>
        <source>lift</source>
        <translation>提升</translation>
    </message>
    <message>
        <source>build</source>
        <translation>铺垫</translation>
    </message>
    <message>
        <source>drop</source>
        <translation>爆发</translation>
    </message>
    <message>
        <source>break</source>
        <translation>间歇</translation>
    </message>
    <message>
        <source>outro</source>
        <translation>尾声</translation>
    </message>
    <message>
        <source>hit</source>
        <translation>重音</translation>
    </message>
    <message>
        <source>end</source>
        <translation>结尾</translation>
    </message>
</context>
<context>
    <name>WordHelp</name>
    <message>
        <source>Insert “{0}”</source>
        <translation>插入“{0}”</translation>
    </message>
    <message>
        <source>Use “{0}” instead</source>
        <translation>改用“{0}”</translation>
    </message>
    <message>
        <source>This model does not know “{0}”. Nearest: {1}.</source>
        <translation>此模型不认识“{0}”。最接近的是：{1}。</translation>
    </message>
    <message>
        <source>This model does not know {0}.</source>
        <translation>此模型不认识{0}。</translation>
    </message>
</context>
<context>
    <name>Words</name>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} 分 {1} 秒</translation>
    </message>
    <message>
        <source>{0} min</source>
        <translation>{0} 分钟</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分钟</translation>
    </message>
    <message>
        <source>{0} h</source>
        <translation>{0} 小时</translation>
    </message>
    <message>
        <source>almost there</source>
        <translation>即将完成</translation>
    </message>
    <message>
        <source>about {0} left</source>
        <translation>约剩 {0}</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>{0} min ago</source>
        <translation>{0} 分钟前</translation>
    </message>
    <message>
        <source>{0} h ago</source>
        <translation>{0} 小时前</translation>
    </message>
</context>
</TS>
